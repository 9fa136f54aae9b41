"""What stands under the form of a training job, whoever shows the form."""
