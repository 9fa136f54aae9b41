/** Every component in its states, on one page. */
import { useState } from "preact/hooks";
import * as ui from "../src/ui";

const NAMES = [
  "cement",
  "slag",
  "ash",
  "water",
  "superplasticizer",
  "coarse",
  "fine",
  "age",
  "温度[℃]",
  "<img src=x>",
];
const OPTIONS = NAMES.map((value, index) => ({ value, label: value, hint: index % 3 ? "number" : "MPa" }));

interface Sample {
  family: string;
  rmse: number;
  spread: number;
  n: number;
}

const ROWS: Sample[] = Array.from({ length: 100_000 }, (_, index) => ({
  family: ["lightgbm", "catboost", "xgboost", "mlp"][index % 4] ?? "",
  rmse: 3.9 + ((index * 7919) % 1000) / 400,
  spread: 0.2 + (index % 10) / 20,
  n: index,
}));

export function Kit() {
  const { fmt } = ui.useLocale();
  const [text, setText] = useState("mix.csv");
  const [number, setNumber] = useState<number | null>(30);
  const [one, setOne] = useState<string | null>("cement");
  const [many, setMany] = useState<string[]>(["cement", "water", "温度[℃]"]);
  const [effort, setEffort] = useState("normal");
  const [isOn, setOn] = useState(true);
  const [range, setRange] = useState<[number, number]>([150, 400]);
  const [level, setLevel] = useState(0.4);
  const [tab, setTab] = useState("a");
  const [dialog, setDialog] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(["3"]));
  const bins = [1, 3, 8, 20, 41, 60, 52, 33, 18, 9, 4, 2, 1];
  return (
    <div class="nbml-shell" style={{ padding: "16px" }}>
      <ui.Columns
        left={
          <>
            <ui.Section title="Form">
              <ui.Stack>
                <ui.Field label="Name" help="For show; any text.">
                  <ui.TextBox value={text} onChange={setText} />
                </ui.Field>
                <ui.Field
                  label="Trials"
                  fault={{ message: "At least 1 trial is needed.", next_step: "Ask for 1 or more." }}
                >
                  <ui.NumberBox value={number} onChange={setNumber} min={1} integer unit="trials" />
                </ui.Field>
                <ui.Field label="Sampler" inline>
                  <ui.Select value={one} options={OPTIONS} onChange={setOne} />
                </ui.Field>
                <ui.Field label="Target">
                  <ui.Combo value={one} options={OPTIONS} onChange={setOne} placeholder="Choose a column" />
                </ui.Field>
                <ui.Field label="Features" aside={`${many.length} of ${OPTIONS.length}`}>
                  <ui.MultiCombo value={many} options={OPTIONS} onChange={setMany} />
                </ui.Field>
                <ui.Field label="Models">
                  <ui.Chips
                    value={many}
                    options={OPTIONS.slice(0, 4).map(option => ({
                      value: option.value,
                      label: option.label,
                    }))}
                    onChange={setMany}
                  />
                </ui.Field>
                <ui.Field label="Effort">
                  <ui.Segmented
                    value={effort}
                    options={[
                      { value: "quick", label: "Quick 10" },
                      { value: "normal", label: "Normal 30" },
                      { value: "thorough", label: "Thorough 100" },
                    ]}
                    onChange={setEffort}
                  />
                </ui.Field>
                <ui.Field label="Range of cement">
                  <ui.Range
                    value={range}
                    min={100}
                    max={540}
                    step={5}
                    onChange={setRange}
                    format={v => fmt.number(v, 0)}
                  >
                    <ui.Spark bins={bins} label="Histogram" highlight={[2, 9]} />
                  </ui.Range>
                </ui.Field>
                <ui.Field label="Share">
                  <ui.Slider
                    value={level}
                    min={0}
                    max={1}
                    step={0.01}
                    onChange={setLevel}
                    format={fmt.percent}
                  />
                </ui.Field>
                <ui.Switch checked={isOn} onChange={setOn}>
                  Shapley values
                </ui.Switch>
                <ui.Checkbox checked={isOn} onChange={setOn}>
                  Drop rows without a target
                </ui.Checkbox>
                <ui.Disclosure summary="Advanced" aside="3 changed">
                  <ui.TextBox value={text} onChange={setText} label="Inside" />
                </ui.Disclosure>
              </ui.Stack>
            </ui.Section>
            <ui.Row>
              <ui.Button kind="primary">Train</ui.Button>
              <ui.Button onClick={() => setDialog(true)}>Open a dialog</ui.Button>
              <ui.Button kind="danger">Delete</ui.Button>
              <ui.Button disabled>Disabled</ui.Button>
              <ui.Button busy>Busy</ui.Button>
              <ui.Menu
                items={[
                  { id: "a", label: "Rename", onSelect: () => {} },
                  { id: "b", label: "Delete", danger: true, onSelect: () => {} },
                ]}
              >
                More
              </ui.Menu>
              <ui.CopyButton text="nbml.train()">Copy as code</ui.CopyButton>
            </ui.Row>
          </>
        }
        right={
          <>
            <ui.Notice level="warning" action={{ label: "Group them", onClick: () => {} }}>
              25 identical rows would sit in several folds.
            </ui.Notice>
            <ui.FaultNotice
              fault={{
                code: "NBML-D13",
                message: "There are 3 groups for 5 folds.",
                next_step: "Ask for folds=3.",
              }}
            />
            <ui.Notice>Only a note.</ui.Notice>
            <ui.Notice level="success" title="Done." onDismiss={() => {}}>
              30 trials in 12 s.
            </ui.Notice>
            <ui.Row>
              <ui.Status mark="waiting">Waiting</ui.Status>
              <ui.Status mark="working">Running</ui.Status>
              <ui.Status mark="done">Done</ui.Status>
              <ui.Status mark="stopped">Stopped</ui.Status>
              <ui.Status mark="failed">Failed</ui.Status>
              <ui.Tooltip text="Root mean square error over all out-of-fold rows.">RMSE</ui.Tooltip>
            </ui.Row>
            <ui.Row>
              <ui.Amount label="RMSE">{fmt.spread(3.8971, 0.31, "MPa")}</ui.Amount>
              <ui.Amount label="Rows">{fmt.count(1030)}</ui.Amount>
              <ui.Amount label="Took">{fmt.seconds(185)}</ui.Amount>
            </ui.Row>
            <ui.ProgressBar value={0.4} label="Reading">
              Reading 40 %
            </ui.ProgressBar>
            <ui.ProgressBar value={null} label="Starting" />
            <ui.Tabs
              label="Views"
              tabs={[
                { id: "a", label: "Leaderboard", note: "4" },
                { id: "b", label: "Log" },
              ]}
              value={tab}
              onChange={setTab}
            >
              <ui.Table<Sample>
                label="Leaderboard"
                height="220px"
                rows={ROWS}
                select="many"
                selected={chosen}
                onSelect={setChosen}
                columns={[
                  {
                    key: "n",
                    title: "Trial",
                    cell: row => fmt.count(row.n),
                    value: row => row.n,
                    align: "end",
                    width: "6rem",
                  },
                  {
                    key: "family",
                    title: "Model",
                    cell: row => row.family,
                    value: row => row.family,
                    extra: <ui.Spark bins={bins} label="Histogram of RMSE" />,
                  },
                  {
                    key: "rmse",
                    title: "RMSE",
                    cell: row => fmt.spread(row.rmse, row.spread),
                    value: row => row.rmse,
                    align: "end",
                  },
                ]}
              />
            </ui.Tabs>
            <ui.Dropzone label="Choose a file" onFiles={() => {}}>
              or drop one here
            </ui.Dropzone>
            <ui.Code label="The call" text={'job = nbml.train("mix.csv", targets=["strength"], trials=30)'} />
            <ui.Figure label="A figure" height={240} figure={FIGURE} />
            <ui.Empty title="No jobs yet" action={<ui.Button kind="primary">Train a model</ui.Button>}>
              Every job you run is listed here, also those of other notebooks.
            </ui.Empty>
          </>
        }
      />
      {dialog && (
        <ui.Confirm
          title="Delete 3 jobs?"
          danger
          confirm="Delete 3 jobs"
          onCancel={() => setDialog(false)}
          onConfirm={() => setDialog(false)}
        >
          Their folders, models and notes go with them. Runs in MLflow stay.
        </ui.Confirm>
      )}
    </div>
  );
}

const FIGURE = {
  data: [
    {
      type: "scatter",
      mode: "markers",
      name: "<b>fold 1</b>",
      x: Array.from({ length: 80 }, (_, i) => i),
      y: Array.from({ length: 80 }, (_, i) => 40 + 20 * Math.sin(i / 9) + (i % 7)),
      customdata: Array.from({ length: 80 }, (_, i) => [i]),
    },
    { type: "bar", name: "rows", x: [5, 25, 45], y: [20, 30, 25], opacity: 0.5 },
  ],
  layout: { xaxis: { title: { text: "measured [MPa]" } }, yaxis: { title: { text: "predicted [MPa]" } } },
};
