// The traces that nbml draws, and nothing else of Plotly.

import bar from "plotly.js/lib/bar";
import box from "plotly.js/lib/box";
import Plotly from "plotly.js/lib/core";
import heatmap from "plotly.js/lib/heatmap";
import histogram from "plotly.js/lib/histogram";
import parcoords from "plotly.js/lib/parcoords";
import scattergl from "plotly.js/lib/scattergl";
import splom from "plotly.js/lib/splom";
import violin from "plotly.js/lib/violin";
import waterfall from "plotly.js/lib/waterfall";

Plotly.register([bar, box, heatmap, histogram, parcoords, scattergl, splom, violin, waterfall]);
export default Plotly;
