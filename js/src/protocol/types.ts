// Made by `npm run types` from src/nbml/spec. Do not edit.

export type Outgoing = Reply | Answer | ProgressNote | Chunk | EventBatch | SnapshotMessage | StateMessage;
export type Request =
  | Hello
  | OpenJob
  | CloseJob
  | StopJob
  | SetLanguage
  | SetRoom
  | FigureModule
  | PanelModule
  | StaticView
  | Cancel
  | HandOn
  | OpenData
  | ListSources
  | ListKept
  | ListFolder
  | ChooseSource
  | ReadAnew
  | EditColumns
  | Undo
  | Redo
  | ListColumns
  | ListRows
  | ProfileColumns
  | DrawColumns
  | CheckTable
  | ApplyRemedy
  | TakeBackRows
  | SelectRows
  | FirstLines
  | DataAsCode
  | BeginUpload
  | UploadChunk
  | DropUpload
  | DraftForm
  | StartTraining
  | ResumeTraining
  | FormOfJob
  | AsCode
  | ShowResult
  | ShowFigure
  | ReadLog
  | ShowTrial
  | OpenExplanation
  | ShowExplainFigure
  | AskCost
  | PickRows
  | ShowRow
  | ShowNewRow
  | ExplainAsCode
  | ListModels
  | OpenModel
  | DrawProfile
  | PickTrainingRows
  | RowAsText
  | ChooseTable
  | MapColumns
  | PredictTable
  | ListPredictions
  | ShowPrediction
  | DropPrediction
  | ReadPredictions
  | PrepareDownload
  | DownloadChunk
  | DraftSearch
  | StartSearch
  | FormOfSearch
  | SearchAsCode
  | ShowFront
  | ShowMeasured
  | ShowNearest
  | ProposeRows
  | ExportFront
  | ChooseRows
  | ShowExperiments
  | PlanExperiments
  | MeasureExperiment
  | DropExperiment
  | ExtendTable
  | ListRuns
  | DescribeRun
  | DeleteRun
  | RestoreRun
  | ResumeRun
  | CompareRuns
  | ShowLineage;

export interface Wire {
  answers: Answers;
  finding: Finding;
  outgoing: Outgoing;
  panel: PanelSnapshot;
  request: Request;
  sheet: ColumnSheet;
  train_record: TrainRecord;
  train_spec: TrainSpec;
}
export interface Answers {
  "data.checks": CheckList;
  "data.choose": TableView;
  "data.code": DataCode;
  "data.columns": ColumnPage;
  "data.edit": TableView;
  "data.figure": ChartView;
  "data.folder": FolderView;
  "data.kept": KeptSets;
  "data.lines": LinesView;
  "data.open": TableView;
  "data.profile": Profiles;
  "data.redo": TableView;
  "data.remedy": TableView;
  "data.reread": TableView;
  "data.rows": Rows;
  "data.sources": Sources;
  "data.take_back": TableView;
  "data.undo": TableView;
  "data.upload": UploadPlan;
  "data.upload_chunk": UploadState;
  "explain.code": ExplainCode;
  "explain.cost": PairCost;
  "explain.figure": ExplainFigure;
  "explain.new_row": RowView;
  "explain.open": ExplainView;
  "explain.row": RowView;
  "explain.rows": RowLines;
  figure_module: ModuleSent;
  hand_on: HandedOn;
  hello: PanelSnapshot;
  open_job: PanelSnapshot;
  "optimize.again": SearchForm;
  "optimize.code": SearchCode;
  "optimize.draft": OptimizeDraft;
  "optimize.experiments": ExperimentList;
  "optimize.export": FrontFile;
  "optimize.extend": ExtendedTable;
  "optimize.measure": ExperimentList;
  "optimize.measured": MeasuredRows;
  "optimize.nearest": NearRows;
  "optimize.plan": ExperimentList;
  "optimize.propose": Proposals;
  "optimize.result": FrontTable;
  "optimize.start": StartedJob;
  "optimize.unplan": ExperimentList;
  panel_module: ModuleSent;
  "predict.choose": BatchView;
  "predict.code": RowTexts;
  "predict.download": DownloadPlan;
  "predict.map": BatchView;
  "predict.models": ModelList;
  "predict.open": ModelView;
  "predict.piece": FilePiece;
  "predict.profile": ProfileView;
  "predict.rows": PickedRows;
  "predict.runs": PredictionList;
  "predict.show": PredictionView;
  "predict.start": PredictionView;
  "predict.table": PredictedRows;
  "runs.compare": Comparison;
  "runs.delete": DeletedJob;
  "runs.describe": JobSummary;
  "runs.lineage": Lineage;
  "runs.list": RunList;
  "runs.restore": JobSummary;
  "runs.resume": JobSummary;
  set_language: PanelSnapshot;
  static_view: StaticBlock;
  "train.again": JobForm;
  "train.code": Code;
  "train.draft": Draft;
  "train.figure": FigureView;
  "train.log": LogLines;
  "train.result": ResultView;
  "train.resume": StartedJob;
  "train.start": StartedJob;
  "train.trial": TrialDetail;
}
/**
 * What the checks found, errors first.
 */
export interface CheckList {
  findings: FindingLine[];
  has_target: boolean;
  /**
   * Findings beyond those listed.
   */
  more: number;
  revision: number;
}
/**
 * One result of the checks.
 */
export interface FindingLine {
  code: string;
  columns: number[];
  message: string;
  next_step: string;
  remedies: RemedyLine[];
  severity: "error" | "warning";
}
/**
 * What a button of a finding says.
 */
export interface RemedyLine {
  text: string;
}
/**
 * The room: a source, how it was read, and its columns; or the fault that keeps it from being read.
 */
export interface TableView {
  can_redo: boolean;
  can_undo: boolean;
  /**
   * The first 400; others by ListColumns.
   */
  columns: ColumnLine[];
  decisions: DecisionLine[];
  fault: PanelFault | null;
  n_columns: number;
  n_rows: number;
  revision: number;
  rows: RowDecision[];
  source: SourceLine | null;
  /**
   * The encoding that the fault takes for likely.
   */
  suggestion: Choice | null;
  words: Word[];
}
/**
 * A column as the sheet shows it; texts are cut and harmless.
 */
export interface ColumnLine {
  high: number | null;
  is_kind_said: boolean;
  /**
   * Not in the source: made by a decision about rows.
   */
  is_made: boolean;
  kind: "number" | "integer" | "boolean" | "category" | "text" | "date" | "unsupported";
  label: string;
  /**
   * The first ones.
   */
  levels: string[];
  low: number | null;
  missing_share: number;
  n_unique: number;
  name: string;
  note: string | null;
  position: number;
  role: "feature" | "target" | "group" | "fold" | "ignored";
  unit: string | null;
}
/**
 * A sentence of the read report.
 */
export interface DecisionLine {
  columns: number[];
  /**
   * An edit of these columns that settles it.
   */
  offer: ("keep_words" | "convert") | null;
  severity: "note" | "warning";
  text: string;
}
/**
 * Why something was refused or failed, in the panel's language.
 */
export interface PanelFault {
  /**
   * Stable code (NBML-..).
   */
  code: string;
  /**
   * The form field it speaks of, such as columns.3.kind; null for none.
   */
  field: string | null;
  /**
   * What was wrong.
   */
  message: string;
  /**
   * What to do about it.
   */
  next_step: string;
}
/**
 * A decision about rows that is in force and can be taken back.
 */
export interface RowDecision {
  text: string;
  what: "copies" | "missing_target" | "infinite";
}
/**
 * Where the table comes from.
 */
export interface SourceLine {
  /**
   * Whether there are lines to choose a header from.
   */
  has_lines: boolean;
  kind: "file" | "frame" | "upload" | "table" | "kept" | "example";
  name: string;
}
/**
 * One value of a control.
 */
export interface Choice {
  text: string;
  value: string;
}
/**
 * A word of the reading sentence, and what it lets one change.
 */
export interface Word {
  choices: Choice[];
  control: "encoding" | "delimiter" | "decimal" | "header" | "sheet" | "missing" | "types" | "none";
  /**
   * Whether the user chose it.
   */
  is_said: boolean;
  severity: "note" | "warning";
  text: string;
  /**
   * The choice in force; empty when the reader found it.
   */
  value: string;
}
/**
 * Python that makes the same table.
 */
export interface DataCode {
  code: string;
}
/**
 * A page of the column sheet.
 */
export interface ColumnPage {
  columns: ColumnLine[];
  revision: number;
  start: number;
}
/**
 * A plotly figure.
 */
export interface ChartView {
  figure: {
    [k: string]: unknown;
  };
}
/**
 * What lies in a folder: hidden entries, and links that lead out of the allowed folder, are left out.
 */
export interface FolderView {
  files: FileLine[];
  folders: string[];
  /**
   * Entries beyond those listed.
   */
  more: number;
  path: string[];
  root: number;
}
/**
 * A file in a folder.
 */
export interface FileLine {
  /**
   * Whether its name is that of a format that can be read.
   */
  is_table: boolean;
  name: string;
  size: number;
}
/**
 * The versions of the user's data sets, latest use first.
 */
export interface KeptSets {
  /**
   * Versions of which no rows are kept on this machine.
   */
  elsewhere: number;
  versions: KeptLine[];
}
/**
 * A version of a data set.
 */
export interface KeptLine {
  /**
   * Of the latest training on it, which has kept its rows.
   */
  job_id: string;
  /**
   * Columns that were used.
   */
  n_columns: number;
  n_rows: number;
  name: string;
  project: string;
  /**
   * What that training is called.
   */
  title: string;
  /**
   * When it was last used, UTC, ISO 8601.
   */
  used: string;
  user: string;
  version: number;
}
/**
 * The first lines of the file, from line 1.
 */
export interface LinesView {
  lines: string[];
}
/**
 * How columns are distributed.
 */
export interface Profiles {
  profiles: ColumnProfile[];
  revision: number;
}
/**
 * One column: bars over its range, or its most frequent values.
 */
export interface ColumnProfile {
  /**
   * Rows in each bar.
   */
  bars: number[];
  /**
   * Edges of the bars, one more than bars; ms since 1970 in UTC for times.
   */
  edges: number[];
  /**
   * The most frequent values.
   */
  levels: LevelCount[];
  /**
   * Of the finite values; null where it overflows.
   */
  mean: number | null;
  /**
   * Rows that are infinite; not in the bars.
   */
  n_infinite: number;
  /**
   * Distinct values.
   */
  n_levels: number;
  /**
   * Rows without a value.
   */
  n_missing: number;
  /**
   * Place of the column in the table, from 0.
   */
  position: number;
  /**
   * Least, quartiles, greatest; ms since 1970 in UTC for times.
   */
  quantiles: number[];
  /**
   * range for numbers and times.
   */
  shape: "range" | "levels" | "empty";
  /**
   * Their standard deviation, n - 1.
   */
  spread: number | null;
}
/**
 * A value of a column and the rows that hold it.
 */
export interface LevelCount {
  level: string;
  rows: number;
}
/**
 * A window of the table, row by row; null where there is no value.
 */
export interface Rows {
  cells: (string | null)[][];
  first_column: number;
  revision: number;
  start: number;
}
/**
 * What there is to choose from.
 */
export interface Sources {
  frames: FrameLine[];
  roots: RootLine[];
  /**
   * Greatest size of a dropped file.
   */
  upload_bytes: number;
}
/**
 * A DataFrame of the kernel.
 */
export interface FrameLine {
  n_columns: number;
  n_rows: number;
  name: string;
}
/**
 * An allowed folder.
 */
export interface RootLine {
  name: string;
  place: number;
}
/**
 * How to send a dropped file.
 */
export interface UploadPlan {
  chunk_bytes: number;
  chunks: number;
  upload_id: string;
}
/**
 * How much of it has arrived.
 */
export interface UploadState {
  /**
   * Pieces.
   */
  received: number;
  /**
   * Of the whole file, once all have arrived.
   */
  sha256: string | null;
}
/**
 * Calls that give what is seen.
 */
export interface ExplainCode {
  call: string;
}
/**
 * What measuring the pairs takes.
 */
export interface PairCost {
  at_hand: boolean;
  n_features: number;
  n_rows: number;
  seconds: number;
}
/**
 * A plotly figure; for interactions also the pairs behind its bars.
 */
export interface ExplainFigure {
  figure: {
    [k: string]: unknown;
  };
  pairs: PairLine[];
}
/**
 * Two features that act together.
 */
export interface PairLine {
  first: string;
  second: string;
}
/**
 * One row: its numbers, its features by size of contribution, its waterfall.
 */
export interface RowView {
  base: number;
  cells: RowCell[];
  figure: {
    [k: string]: unknown;
  };
  measured: number | null;
  predicted: number;
  residual: number | null;
  /**
   * From 1; 0 for one that is not in the table.
   */
  row: number;
}
/**
 * What one feature does in a row.
 */
export interface RowCell {
  effect: number;
  label: string;
  name: string;
  /**
   * As the table has it.
   */
  value: string;
  /**
   * Where it stands on the axis of a dependence plot.
   */
  x: number | null;
}
/**
 * A model whose values are at hand.
 */
export interface ExplainView {
  /**
   * Which rows, explained by which model.
   */
  about: string;
  family: string;
  /**
   * By importance, largest first.
   */
  features: FeatureLine[];
  group: string | null;
  has_final: boolean;
  /**
   * The family has interaction values.
   */
  has_pairs: boolean;
  /**
   * Values are estimates from permutations.
   */
  is_sampled: boolean;
  job_id: string;
  label: string;
  n_rows: number;
  of: "held_out" | "final";
  target: string;
  targets: ExplainTarget[];
  unit: string | null;
}
/**
 * A feature and how much it moves predictions.
 */
export interface FeatureLine {
  /**
   * Mean absolute Shapley value, in target units.
   */
  importance: number;
  is_category: boolean;
  label: string;
  name: string;
  /**
   * Over the folds.
   */
  spread: number | null;
  unit: string | null;
}
/**
 * A target with the families that can be explained, best first.
 */
export interface ExplainTarget {
  models: ModelLine[];
  target: string;
}
/**
 * One family of a target.
 */
export interface ModelLine {
  chosen: boolean;
  family: string;
}
/**
 * Rows that were found, the first worth looking at first.
 */
export interface RowLines {
  rows: RowLine[];
  total: number;
}
/**
 * One row in a list.
 */
export interface RowLine {
  measured: number | null;
  predicted: number;
  residual: number | null;
  row: number;
}
/**
 * What the chunks before this answer make up when joined; for figures, base64 of gzip of JavaScript.
 */
export interface ModuleSent {
  /**
   * Of the joined text.
   */
  characters: number;
  chunks: number;
  /**
   * Of the joined text, as UTF-8.
   */
  sha256: string;
}
/**
 * The file has been sent: gzip in base64, by chunks.
 */
export interface HandedOn {
  chunks: number;
  /**
   * What to call the file.
   */
  name: string;
}
/**
 * All a view needs to draw a panel: the synced trait `snapshot`, and the answer to hello.
 */
export interface PanelSnapshot {
  job: JobView | null;
  language: "en" | "ja";
  room: ("data" | "train" | "explain" | "predict" | "optimize" | "runs") | null;
  rooms: ("data" | "train" | "explain" | "predict" | "optimize" | "runs")[];
  state: SessionState;
  v: 1;
}
/**
 * A job as a view needs it to begin with.
 */
export interface JobView {
  job_id: string;
  seq: number;
  snapshot: Snapshot;
}
/**
 * A job as seen so far. Bounded, so that it can be sent whole.
 */
export interface Snapshot {
  artifacts: string[];
  attempt: number;
  busy: number;
  busy_share: number;
  elapsed_s: number;
  error: Fault | null;
  executor: string;
  fold_names: string[];
  fold_rows: number[];
  fold_scheme: string;
  folds_done: number;
  front: FrontView | null;
  job_id: string;
  n_features: number;
  n_rows: number;
  notices: Notice[];
  recent_share: number | null;
  scores: {
    [k: string]: number;
  };
  seq: number;
  stage: ("prepare" | "workers" | "search" | "explain" | "final" | "keep") | null;
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
  studies: StudyView[];
  timeout_s: number | null;
  title: string;
  waiting_for: string;
  workers: number;
}
/**
 * Why something failed: the error's code, words and next step.
 */
export interface Fault {
  /**
   * Stable code (NBML-..).
   */
  code: string;
  /**
   * Values behind the words.
   */
  fields: {
    [k: string]: unknown;
  };
  /**
   * What was wrong.
   */
  message: string;
  /**
   * What to do about it.
   */
  next_step: string;
}
/**
 * The front of an inverse search as seen last.
 */
export interface FrontView {
  evaluations: number;
  hypervolume: number | null;
  is_feasible: boolean;
  names: string[];
  planned: number;
  points: (number | null)[][];
  size: number;
}
/**
 * Something worth knowing that is no failure: a fall-back, a retry, a warning of the checks.
 */
export interface Notice {
  code: string;
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  fields: {
    [k: string]: unknown;
  };
  job_id: string;
  level: "info" | "warning";
  message: string;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "notice";
  v: 1;
}
/**
 * One search as seen so far; the latest trials only, counts over all.
 */
export interface StudyView {
  best: TrialView | null;
  complete: number;
  failed: number;
  family: string;
  id: string;
  planned: number | null;
  target: string;
  trials: TrialView[];
}
/**
 * One trial as seen so far.
 */
export interface TrialView {
  error: Fault | null;
  folds: (number | null)[];
  folds_done: number;
  number: number;
  params: {
    [k: string]: unknown;
  };
  state: "running" | "complete" | "failed" | "pruned";
  value: number | null;
}
/**
 * What all rooms of a panel share.
 */
export interface SessionState {
  cluster: ClusterLine;
  /**
   * What ails the panel as a whole.
   */
  fault: PanelFault | null;
  /**
   * Whether NBML_HOME can be written.
   */
  home_ok: boolean;
  job: JobLine | null;
  language: "en" | "ja";
  room: ("data" | "train" | "explain" | "predict" | "optimize" | "runs") | null;
  rooms: ("data" | "train" | "explain" | "predict" | "optimize" | "runs")[];
  table: TableSummary | null;
}
/**
 * Whether there is somewhere to run, in words.
 */
export interface ClusterLine {
  state: "off" | "starting" | "ready" | "failed";
  text: string;
}
/**
 * The job in hand; how far it has come is in its snapshot.
 */
export interface JobLine {
  id: string;
  models: string[];
  /**
   * As in the snapshot; interrupted when nobody runs it any more.
   */
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
  targets: string[];
  /**
   * Which room it belongs to.
   */
  task: "train" | "optimize";
  title: string;
  /**
   * Of targets that have one, by name.
   */
  units: {
    [k: string]: string;
  };
}
/**
 * The table in hand, without its rows.
 */
export interface TableSummary {
  /**
   * Findings that stop training.
   */
  errors: number;
  n_columns: number;
  n_rows: number;
  /**
   * File name, or what the DataFrame is called.
   */
  name: string;
  /**
   * Counts changes of the table and of its column sheet.
   */
  revision: number;
  /**
   * Hash of the content.
   */
  sha256: string;
  source: "file" | "frame" | "upload" | "job";
  /**
   * Decisions of the reader that deserve a look.
   */
  warnings: number;
}
/**
 * A form.
 */
export interface SearchForm {
  form: OptimizeForm;
}
/**
 * Everything ``nbml.optimize`` can be told, as a person fills it in.
 */
export interface OptimizeForm {
  /**
   * An earlier search to go on from.
   */
  after: string | null;
  constraints: (
    | MixtureRow
    | LinearRow
    | RatioRow
    | CountRow
    | WhenRow
    | CombinationRow
    | FormulaRow
    | DistanceRow
    | IntervalRow
  )[];
  engine: string;
  evaluations: number | null;
  goals: GoalRow[];
  inputs: InputRow[];
  interval: number | null;
  /**
   * Time for the search in minutes.
   */
  minutes: number | null;
  name: string | null;
  project: string;
  /**
   * Seconds for a proof of the optimum; none if empty.
   */
  prove_s: number | null;
  /**
   * Jobs whose models are searched with.
   */
  runs: string[];
  seed: number | null;
  size: number | null;
}
/**
 * Parts that sum to a total.
 */
export interface MixtureRow {
  kind: "mixture";
  parts: string[];
  tolerance: number | null;
  total: number | null;
}
/**
 * A sum of inputs within bounds; equal bounds are an equality.
 */
export interface LinearRow {
  high: number | null;
  kind: "linear";
  low: number | null;
  terms: Term[];
}
/**
 * An input and what it is multiplied by.
 */
export interface Term {
  factor: number | null;
  name: string;
}
/**
 * One input divided by another within bounds.
 */
export interface RatioRow {
  high: number | null;
  kind: "ratio";
  low: number | null;
  of: string;
  to: string;
}
/**
 * At most so many of these are not zero.
 */
export interface CountRow {
  kind: "count";
  least: number | null;
  most: number | null;
  of: string[];
}
/**
 * Where categories have certain levels, other inputs keep to less.
 */
export interface WhenRow {
  kind: "when";
  limits: Remainder[];
  when: Condition[];
}
/**
 * What remains of an input under conditions.
 */
export interface Remainder {
  high: number | null;
  input: string;
  levels: (string | boolean | number)[];
  low: number | null;
}
/**
 * A category that has one of these levels.
 */
export interface Condition {
  input: string;
  levels: (string | boolean | number)[];
}
/**
 * Inputs that take only combinations seen in the training data, only some, or never some.
 */
export interface CombinationRow {
  kind: "combinations";
  mode: "seen" | "only" | "never";
  of: string[];
  /**
   * For only and never: a cell an input; null is still open.
   */
  rows: (string | boolean | number | null)[][];
}
/**
 * A comparison between formulas over inputs and targets.
 */
export interface FormulaRow {
  formula: string;
  kind: "formula";
}
/**
 * At most so far from the training data.
 */
export interface DistanceRow {
  kind: "distance";
  most: number | null;
}
/**
 * A prediction interval at most so wide.
 */
export interface IntervalRow {
  kind: "interval";
  most: number | null;
  target: string;
}
/**
 * One goal; a target without one is only predicted.
 */
export interface GoalRow {
  /**
   * Null where nothing is wanted of it.
   */
  goal: ("maximize" | "minimize" | "reach" | "between" | "at_least" | "at_most") | null;
  high: number | null;
  low: number | null;
  /**
   * Name of the target or input, or the formula.
   */
  of: string;
  on: "target" | "input" | "formula";
  soft: boolean;
  tolerance: number | null;
  value: number | null;
  weight: number | null;
}
/**
 * One input: what it may be set to. Bounds that are empty are those of the training data.
 */
export interface InputRow {
  /**
   * Allow bounds outside the training range.
   */
  extrapolate: boolean;
  fixed: string | boolean | number | null;
  high: number | null;
  /**
   * Whole numbers only.
   */
  integer: boolean;
  /**
   * Allowed levels, or allowed numbers.
   */
  levels: (string | boolean | number)[];
  log: boolean;
  low: number | null;
  name: string;
  step: number | null;
  tolerance: number | null;
  use: "range" | "fixed" | "levels";
  /**
   * May also be zero, below low.
   */
  zero: boolean;
}
/**
 * The same search as a call and as a file.
 */
export interface SearchCode {
  call: string;
  yaml: string;
}
/**
 * The form with everything that can be said of it before the search.
 */
export interface OptimizeDraft {
  feasibility: Feasibility;
  form: OptimizeForm;
  inputs: KnownInput[];
  notes: FieldNote[];
  /**
   * Trainings to choose from, newest first.
   */
  runs: RunChoice[];
  targets: KnownTarget[];
}
/**
 * Whether any row can keep what is asked exactly: bounds, steps, mixtures, linear rows, rules.
 */
export interface Feasibility {
  /**
   * They in words.
   */
  constraints: string[];
  /**
   * Fields of the form that clash.
   */
  fields: string[];
  /**
   * By how much each must be missed to keep the others.
   */
  missed: string[];
  /**
   * Constraints that cannot be checked before the search.
   */
  ranked: number;
  /**
   * unknown while something is wrong.
   */
  state: "feasible" | "clash" | "unknown";
}
/**
 * What the models and their training rows say of an input.
 */
export interface KnownInput {
  /**
   * Training rows over low to high, or by level.
   */
  bars: number[];
  high: number | null;
  kind: "number" | "integer" | "boolean" | "category";
  levels: string[];
  /**
   * Least value trained on.
   */
  low: number | null;
  name: string;
  /**
   * All training values are multiples of it.
   */
  resolution: number | null;
}
/**
 * What is wrong, or worth knowing, at one field of the form.
 */
export interface FieldNote {
  code: string;
  columns: string[];
  /**
   * Field of the form; space.<family>.<parameter> for a range, data for none.
   */
  field: string;
  message: string;
  next_step: string;
  remedies: Remedy[];
  severity: "error" | "warning";
}
/**
 * A change of the form that mends a fault, as a button says it.
 */
export interface Remedy {
  /**
   * Fields of the form with their new values.
   */
  set: {
    [k: string]: unknown;
  };
  text: string;
}
/**
 * A training whose models can be searched with.
 */
export interface RunChoice {
  created: string;
  data: string;
  id: string;
  targets: string[];
  title: string;
}
/**
 * What was measured of a target.
 */
export interface KnownTarget {
  bars: number[];
  /**
   * The family that answers.
   */
  family: string;
  high: number | null;
  low: number | null;
  name: string;
}
/**
 * The experiments of a search.
 */
export interface ExperimentList {
  /**
   * Whether the training table is at hand and a whole row was measured.
   */
  can_extend: boolean;
  figures: ForeseenFigure[];
  inputs: string[];
  rows: ExperimentLine[];
  targets: string[];
}
/**
 * Measured over foreseen for one target, as plotly JSON.
 */
export interface ForeseenFigure {
  figure: {
    [k: string]: unknown;
  };
  target: string;
}
/**
 * An experiment.
 */
export interface ExperimentLine {
  /**
   * In the order of the inputs.
   */
  cells: (string | boolean | number | null)[];
  number: number;
  planned: string;
  results: ExperimentResult[];
  /**
   * Row of the Pareto table, where it is there.
   */
  row: number | null;
  why: "exploit" | "explore" | "fill" | "chosen";
}
/**
 * A target of an experiment: foreseen, and measured where it is.
 */
export interface ExperimentResult {
  /**
   * Whether the interval has kept its promise.
   */
  is_inside: boolean | null;
  lower: number | null;
  measured: number | null;
  target: string;
  upper: number | null;
  value: number;
}
/**
 * A file that was sent in chunks.
 */
export interface FrontFile {
  chunks: number;
  name: string;
}
/**
 * The table in hand has more rows now.
 */
export interface ExtendedTable {
  added: number;
  n_rows: number;
  name: string;
}
/**
 * Training rows, thinned where there are many.
 */
export interface MeasuredRows {
  columns: MeasuredColumn[];
  /**
   * Rows there are.
   */
  n_rows: number;
}
/**
 * Numbers of one input or target.
 */
export interface MeasuredColumn {
  cells: (number | null)[];
  name: string;
}
/**
 * Training rows near a row; none where the table is not at hand.
 */
export interface NearRows {
  names: string[];
  rows: NearRow[];
}
/**
 * A training row.
 */
export interface NearRow {
  /**
   * In the order of the names.
   */
  cells: (string | number | null)[];
  distance: number;
  /**
   * In the training table, from 1.
   */
  row: number;
}
/**
 * Rows to try next, the most useful first.
 */
export interface Proposals {
  rows: Proposal[];
}
/**
 * A row to try next and why.
 */
export interface Proposal {
  reason: "exploit" | "explore" | "fill";
  /**
   * Row of the Pareto table.
   */
  row: number;
  score: number;
}
/**
 * The Pareto rows, column by column, with what is known of the search.
 */
export interface FrontTable {
  /**
   * Row of the highest desirability.
   */
  best: number | null;
  columns: FrontColumn[];
  evaluations: number;
  /**
   * Rows of the whole front.
   */
  front_size: number;
  /**
   * By goal, the column with its value.
   */
  goal_columns: string[];
  goals: GoalScale[];
  hypervolume: number | null;
  inputs: InputRange[];
  is_feasible: boolean;
  is_partial: boolean;
  job_id: string;
  knee: number | null;
  /**
   * Rows in the table.
   */
  n_rows: number;
  notices: Notice[];
  /**
   * What exact mode has shown.
   */
  proof: ProofRecord | null;
  /**
   * MLflow run, once it is kept there.
   */
  run_id: string | null;
  runs: string[];
  seconds: number;
  title: string;
  tracking_uri: string | null;
}
/**
 * A column of the Pareto table.
 */
export interface FrontColumn {
  cells: (string | boolean | number | null)[];
  /**
   * Its name in the table.
   */
  key: string;
  /**
   * The input or target it speaks of, or the family of an opinion.
   */
  of: string;
  role:
    "input" | "predicted" | "lower" | "upper" | "formula" | "score" | "trust" | "nearest" | "second" | "mark";
}
/**
 * A goal with the scale it was judged on.
 */
export interface GoalScale {
  /**
   * Greatest value that counts as met.
   */
  high: number | null;
  /**
   * Whether it comes before the other goals.
   */
  is_limit: boolean;
  kind: string;
  label: string;
  /**
   * Least value that counts as met.
   */
  low: number | null;
  on: "target" | "input" | "formula";
  seen_high: number;
  seen_low: number;
  weight: number;
}
/**
 * An input as it was searched.
 */
export interface InputRange {
  high: number | null;
  kind: "number" | "category";
  levels: string[];
  low: number | null;
  name: string;
  /**
   * Null where values are listed or fixed.
   */
  step: number | null;
  tolerance: number;
  /**
   * Listed numbers, at most 1,000.
   */
  values: number[];
  zero: boolean;
}
/**
 * What exact mode has shown: how good the best row is, and how good any row could be at most.
 */
export interface ProofRecord {
  /**
   * No row is better than this.
   */
  bound: number;
  direction: "maximize" | "minimize";
  /**
   * Of the best row that the search had found.
   */
  found: number;
  /**
   * |bound - value|.
   */
  gap: number;
  /**
   * Whether the gap is closed (to 1e-4 of the value).
   */
  is_proven: boolean;
  /**
   * Limits the program does not know: the bound holds with and without them.
   */
  left_out: string[];
  /**
   * What was optimised: a goal's label, or a sum of goals in seen ranges.
   */
  objective: string;
  seconds: number;
  /**
   * Of the best row that is known now.
   */
  value: number;
}
/**
 * A job is written down and on its way.
 */
export interface StartedJob {
  job_id: string;
}
/**
 * A table to predict and how its columns fit the models; or the fault that keeps it from being read.
 */
export interface BatchView {
  batch: number;
  columns: TableColumn[];
  /**
   * Columns that no input takes.
   */
  extra: number;
  /**
   * Why it cannot be predicted as it stands.
   */
  fault: PanelFault | null;
  inputs: MappedInput[];
  kind: "frame" | "file" | "upload" | "table" | "kept" | "example";
  n_rows: number;
  name: string;
  /**
   * Decisions of the reader that deserve a look.
   */
  warnings: string[];
}
/**
 * A column of the table that was chosen.
 */
export interface TableColumn {
  /**
   * Its first values.
   */
  first: (string | null)[];
  name: string;
}
/**
 * An input and the column it is taken from.
 */
export interface MappedInput {
  column: number | null;
  fault: PanelFault | null;
  input: number;
  /**
   * Rows without a value, where training had all.
   */
  missing: number;
  /**
   * Rows beyond the training range.
   */
  outside: number;
  /**
   * A column of a similar name, where it is missing.
   */
  suggestion: number | null;
  /**
   * Rows with a level that training has not seen.
   */
  unseen: number;
}
/**
 * A row to paste elsewhere.
 */
export interface RowTexts {
  /**
   * Names and values, tab-separated; nothing a spreadsheet would run.
   */
  cells: string;
  code: string;
}
/**
 * How to fetch a file.
 */
export interface DownloadPlan {
  download: string;
  name: string;
  pieces: number;
  size: number;
}
/**
 * What there is to choose from.
 */
export interface ModelList {
  models: RunWithModels[];
  more: number;
}
/**
 * A job that has left models.
 */
export interface RunWithModels {
  created: string;
  data: string;
  families: string[];
  job_id: string;
  n_rows: number;
  targets: string[];
  title: string;
}
/**
 * The models of a job and where the profiler starts.
 */
export interface ModelView {
  has_distance: boolean;
  /**
   * Whether training rows can be picked.
   */
  has_rows: boolean;
  inputs: InputLine[];
  job_id: string;
  notes: NoteLine[];
  /**
   * Inputs, the one that moves the predictions most first.
   */
  order: number[];
  /**
   * A training row in the middle of the data.
   */
  start: (number | string | null)[];
  targets: TargetLine[];
  title: string;
}
/**
 * An input of the models, as training has seen it.
 */
export interface InputLine {
  had_missing: boolean;
  high: number | null;
  /**
   * False where no training row had a value.
   */
  is_needed: boolean;
  kind: "number" | "integer" | "boolean" | "category";
  label: string;
  levels: string[];
  low: number | null;
  name: string;
  /**
   * Training values of a number, at most 120; shares of rows by level, or 0 and 1.
   */
  rug: number[];
  /**
   * A round step of about a hundredth of the range; 1 for whole numbers.
   */
  step: number;
  unit: string | null;
}
/**
 * Something to know of an answer that stands.
 */
export interface NoteLine {
  code: string;
  message: string;
  next_step: string;
}
/**
 * A target of the models.
 */
export interface TargetLine {
  families: FamilyLine[];
  label: string;
  name: string;
  unit: string | null;
}
/**
 * A family that can answer for a target.
 */
export interface FamilyLine {
  /**
   * Share of held-out rows in intervals, by level such as 0.9.
   */
  coverage: {
    [k: string]: number | null;
  };
  family: string;
  /**
   * Highest level with finite bounds.
   */
  highest: number | null;
  is_chosen: boolean;
  rmse: number | null;
  /**
   * Standard deviation of its RMSE over the folds.
   */
  spread: number | null;
}
/**
 * A piece of it.
 */
export interface FilePiece {
  /**
   * Base64.
   */
  data: string;
  index: number;
}
/**
 * Curves through a row.
 */
export interface ProfileView {
  curves: CurveView[];
  distance: number | null;
  flags: FlagLine[];
  here: Here[];
  /**
   * Time the kernel took.
   */
  ms: number;
}
/**
 * All targets along one input.
 */
export interface CurveView {
  /**
   * Place of the current value.
   */
  at: number;
  input: number;
  lines: CurveLine[];
  values: (number | string | null)[];
}
/**
 * A target along an input, rounded for drawing; null bounds where they are infinite.
 */
export interface CurveLine {
  lower: (number | null)[];
  predicted: number[];
  upper: (number | null)[];
}
/**
 * What is unusual about a value of a row.
 */
export interface FlagLine {
  input: number;
  word: "outside" | "unseen" | "missing";
}
/**
 * A target at the current row.
 */
export interface Here {
  lower: number | null;
  predicted: number;
  upper: number | null;
}
/**
 * Training rows, at most as many as were asked for.
 */
export interface PickedRows {
  /**
   * Rows that match in all.
   */
  found: number;
  rows: PickedRow[];
}
/**
 * A training row.
 */
export interface PickedRow {
  /**
   * Targets.
   */
  measured: (number | null)[];
  /**
   * Position in the training table, from 0.
   */
  row: number;
  values: (number | string | null)[];
}
/**
 * Prediction runs of a job.
 */
export interface PredictionList {
  more: number;
  predictions: PredictionRecord[];
}
/**
 * ``predictions/<id>.json`` in the folder of the models' job; the table lies beside it as Parquet.
 */
export interface PredictionRecord {
  /**
   * Columns that were added to those of the table.
   */
  answers: string[];
  /**
   * Column of the table by input of the model; inputs not needed are left out.
   */
  columns: {
    [k: string]: string;
  };
  /**
   * UTC time, ISO 8601.
   */
  created: string;
  /**
   * Rows with a distance of 0.95 and more; null where none is known.
   */
  far: number | null;
  /**
   * The table with its answers, beside this file.
   */
  file: string;
  /**
   * Rows with a flag.
   */
  flagged: number;
  flags: FlagCount[];
  /**
   * ULID, sorted by time.
   */
  id: string;
  interval: number | null;
  job_id: string;
  models: PredictedBy[];
  /**
   * Of the manifest of the models, hence of every model file.
   */
  models_sha256: string;
  /**
   * Version that predicted.
   */
  nbml: string;
  notes: NoteLine[];
  rows: number;
  seconds: number;
  /**
   * Name of the table, for show.
   */
  source: string;
  /**
   * Hash of the table's content.
   */
  source_sha256: string;
  user: string;
  v: 1;
}
/**
 * How many rows are unusual in one way.
 */
export interface FlagCount {
  input: string;
  rows: number;
  word: "outside" | "unseen" | "missing";
}
/**
 * The model that answered for a target.
 */
export interface PredictedBy {
  family: string;
  /**
   * Whether it is the one that answers by default.
   */
  is_chosen: boolean;
  target: string;
}
/**
 * A prediction run.
 */
export interface PredictionView {
  columns: PredictedColumn[];
  record: PredictionRecord;
}
/**
 * A column of a prediction run's table.
 */
export interface PredictedColumn {
  is_answer: boolean;
  is_number: boolean;
  name: string;
}
/**
 * A window of a prediction run's table, row by row.
 */
export interface PredictedRows {
  cells: (number | string | null)[][];
  first_column: number;
  /**
   * Positions in the table, from 0.
   */
  rows: number[];
  start: number;
  /**
   * Rows that the filter leaves.
   */
  total: number;
}
/**
 * Jobs side by side.
 */
export interface Comparison {
  /**
   * Whether all were validated on the same rows in the same folds, so that scores compare.
   */
  is_fair: boolean;
  jobs: JobSummary[];
  models: ComparedModel[];
  /**
   * Fields of the specs that are not the same in all jobs, one value a job in their order.
   */
  settings: {
    [k: string]: unknown[];
  };
}
/**
 * One line of the list of jobs.
 */
export interface JobSummary {
  /**
   * Best RMSE so far by target.
   */
  best: {
    [k: string]: number;
  };
  /**
   * UTC time, ISO 8601.
   */
  created: string;
  /**
   * Name of the table it was made from.
   */
  data: string;
  /**
   * Hash of that table's content.
   */
  data_sha256: string;
  /**
   * Rows on the front of an inverse search so far.
   */
  front_size: number;
  id: string;
  models: string[];
  n_rows: number;
  note: string;
  project: string;
  /**
   * MLflow run, once it is kept there.
   */
  run_id: string | null;
  /**
   * Running time so far.
   */
  seconds: number;
  /**
   * Its standard deviation over the folds, once the job has ended.
   */
  spread: {
    [k: string]: number;
  };
  /**
   * As the job says; damaged for a folder that cannot be read.
   */
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "interrupted" | "damaged";
  targets: string[];
  /**
   * What kind of job it is.
   */
  task: string;
  /**
   * Name for show: the one given later, else the spec's.
   */
  title: string;
  trials: number;
  user: string;
}
/**
 * The chosen model of one job for one target, or the baseline.
 */
export interface ComparedModel {
  family: string;
  fold_names: string[];
  job_id: string;
  params: {
    [k: string]: unknown;
  };
  scores: {
    [k: string]: Score;
  };
  target: string;
}
/**
 * One metric of one model under cross-validation.
 */
export interface Score {
  /**
   * Per fold; null where undefined, see undefined.
   */
  folds: (number | null)[];
  /**
   * Mean over the defined folds.
   */
  mean: number | null;
  metric: string;
  /**
   * Over all out-of-fold rows; null where undefined.
   */
  pooled: number | null;
  /**
   * Standard deviation over the defined folds.
   */
  spread: number | null;
  /**
   * Reason by fold name.
   */
  undefined: {
    [k: string]: string;
  };
}
/**
 * What was deleted, and what was left.
 */
export interface DeletedJob {
  job_id: string;
  /**
   * MLflow run of the job; it is not nbml's alone and stays.
   */
  run_id: string | null;
  /**
   * Size of its folder on disk.
   */
  size_mb: number;
}
/**
 * A directed graph without cycles, from what was used to what was made.
 */
export interface Lineage {
  edges: LineageEdge[];
  focus: string;
  nodes: LineageNode[];
  /**
   * Other jobs on the same data that are not shown.
   */
  siblings_left_out: number;
}
/**
 * One thing was used to make another; both by their ids.
 */
export interface LineageEdge {
  made: string;
  used: string;
}
/**
 * A thing that was made or used.
 */
export interface LineageNode {
  /**
   * One line under the label.
   */
  detail: string;
  /**
   * Of a model, by its short name.
   */
  family: string | null;
  /**
   * <kind>:<key>, unique in the graph.
   */
  id: string;
  /**
   * The job that can be opened for it.
   */
  job_id: string | null;
  kind: "data" | "job" | "model" | "prediction" | "optimisation";
  /**
   * Of a model its target.
   */
  label: string;
}
/**
 * A page of the list.
 */
export interface RunList {
  /**
   * The folder they are kept in, NBML_HOME.
   */
  home: string;
  lines: JobSummary[];
  /**
   * Lines found in all.
   */
  total: number;
}
/**
 * The output beside the live view, for a page that has forgotten which of its outputs it is.
 */
export interface StaticBlock {
  html: string;
  text: string;
  /**
   * The panel's own; the block's class ends in it.
   */
  token: string;
}
/**
 * The form of a job; whether the table in hand is the one it was trained on.
 */
export interface JobForm {
  form: TrainForm;
  is_same_table: boolean;
}
/**
 * Everything ``nbml.train`` can be told, as a person fills it in.
 */
export interface TrainForm {
  alias: string | null;
  fold_column: string | null;
  fold_timeout_s: number | null;
  folds: "logo" | number | null;
  group: string | null;
  infinite: "refuse" | "missing";
  kinds: {
    [k: string]: "number" | "integer" | "boolean" | "category";
  };
  /**
   * Columns that would be features but shall not be.
   */
  left_out: string[];
  memory_mb: number | null;
  /**
   * Time for the search in minutes.
   */
  minutes: number | null;
  missing_target: "refuse" | "drop";
  models: string[];
  name: string | null;
  open_trials: number | null;
  project: string;
  register_as: string | null;
  sampler: string;
  seed: number | null;
  shap: boolean;
  /**
   * Changed search ranges by family and parameter, as in the spec.
   */
  space: {
    [k: string]: {
      [k: string]: unknown;
    };
  };
  /**
   * Columns that would be no features but shall be.
   */
  taken_in: string[];
  targets: string[];
  threads: number | null;
  trials: number | null;
  workers: number | null;
}
/**
 * The same job as a call and as a file; note says what a reader must add, if anything.
 */
export interface Code {
  call: string;
  note: string;
  yaml: string;
}
/**
 * The form with everything that can be said of it before training.
 */
export interface Draft {
  columns: ColumnChoice[];
  estimate: Estimate | null;
  /**
   * The features that the models will get.
   */
  features: string[];
  form: TrainForm;
  notes: FieldNote[];
  preview: FoldPreview | null;
  /**
   * By family.
   */
  ranges: {
    [k: string]: SearchRange[];
  };
}
/**
 * A column as the form offers it.
 */
export interface ColumnChoice {
  can_be_feature: boolean;
  can_be_target: boolean;
  /**
   * Whether it is a feature unless left out.
   */
  is_feature: boolean;
  kind: string;
  missing_share: number;
  n_unique: number;
  name: string;
  unit: string | null;
}
/**
 * How long training may take: a range, since the search decides what it fits.
 */
export interface Estimate {
  /**
   * Models fitted in the search; null when time alone ends it.
   */
  fits: number | null;
  high_s: number;
  /**
   * Whether the time limit is likely to end the search.
   */
  is_limited: boolean;
  low_s: number;
  /**
   * Part of it that starts workers; 0 when they stand ready.
   */
  start_s: number;
  workers: number;
}
/**
 * The folds as training will make them.
 */
export interface FoldPreview {
  /**
   * Edges of the bins of each target.
   */
  edges: number[][];
  /**
   * The first folds; n_folds counts all.
   */
  folds: FoldBar[];
  n_folds: number;
  n_groups: number | null;
  /**
   * Rows that take part.
   */
  n_rows: number;
  /**
   * Rows that do not, for want of any target.
   */
  n_without_target: number;
  /**
   * shuffled, grouped, leave-one-group-out or given.
   */
  scheme: string;
  targets: string[];
}
/**
 * One fold of the preview.
 */
export interface FoldBar {
  /**
   * Groups in it, where there is a group column.
   */
  groups: number | null;
  name: string;
  rows: number;
  /**
   * In the order of the preview's targets.
   */
  targets: FoldTarget[];
}
/**
 * How one target is distributed over the held-out rows of a fold; null without a value.
 */
export interface FoldTarget {
  /**
   * Rows in each bin of the preview's edges.
   */
  counts: number[];
  high: number | null;
  low: number | null;
  mean: number | null;
  median: number | null;
  q1: number | null;
  q3: number | null;
  /**
   * Rows with a value.
   */
  rows: number;
}
/**
 * One searched parameter, as it will be used.
 */
export interface SearchRange {
  changed: boolean;
  choices: unknown[];
  high: number | null;
  kind: "float" | "int" | "choice";
  log: boolean;
  low: number | null;
  name: string;
  /**
   * Where the first trial lies.
   */
  start: {
    [k: string]: unknown;
  };
  usual_choices: unknown[];
  usual_high: number | null;
  /**
   * Lower end if nothing is said.
   */
  usual_low: number | null;
  why: string;
}
/**
 * A plotly figure and what must be said beside it.
 */
export interface FigureView {
  /**
   * Null where there is nothing to draw; note says why.
   */
  figure: {
    [k: string]: unknown;
  } | null;
  note: string;
}
/**
 * Lines after the event that was asked for; the latest 500 at most.
 */
export interface LogLines {
  lines: LogLine[];
  seq: number;
}
/**
 * One line of the log.
 */
export interface LogLine {
  elapsed_s: number;
  level: "info" | "warning" | "error";
  seq: number;
  text: string;
}
/**
 * A finished job.
 */
export interface ResultView {
  busy_share: number;
  fold_names: string[];
  fold_scheme: string;
  folder: string;
  group: string | null;
  job_id: string;
  n_features: number;
  n_rows: number;
  run: RunPlace;
  seconds: number;
  state: "succeeded" | "cancelled";
  targets: TargetResult[];
  warnings: WarningLine[];
}
/**
 * Where MLflow keeps the run.
 */
export interface RunPlace {
  /**
   * Null while it waits to be uploaded.
   */
  run_id: string | null;
  uri: string | null;
  /**
   * A page to open, where the store has one.
   */
  url: string | null;
}
/**
 * What came out for one target.
 */
export interface TargetResult {
  leaders: LeaderRow[];
  target: string;
  /**
   * bad: no better than the mean; weak: less than a tenth better.
   */
  tone: "good" | "weak" | "bad";
  unit: string | null;
  /**
   * One sentence: how far off on rows it has not seen.
   */
  verdict: string;
}
/**
 * A model, or the mean as a baseline, for one target.
 */
export interface LeaderRow {
  chosen: boolean;
  error: Fault | null;
  family: string;
  mae: ScoreCell | null;
  params: {
    [k: string]: unknown;
  };
  r2: ScoreCell | null;
  rmse: ScoreCell | null;
  seconds: number;
  trial: number | null;
  trials_complete: number;
  trials_failed: number;
}
/**
 * A metric of a model: over all rows, and by fold.
 */
export interface ScoreCell {
  folds: (number | null)[];
  pooled: number | null;
  spread: number | null;
  /**
   * Why, by fold, in words.
   */
  undefined: {
    [k: string]: string;
  };
}
/**
 * Something to know before trusting the result.
 */
export interface WarningLine {
  code: string;
  message: string;
  next_step: string;
}
/**
 * One trial as the log has it.
 */
export interface TrialDetail {
  error: Fault | null;
  folds: (number | null)[];
  number: number;
  params: {
    [k: string]: unknown;
  };
  state: string;
  value: number | null;
}
/**
 * One result of the checks before training: an error stops, a warning is carried into the result.
 */
export interface Finding {
  /**
   * Stable code, a key of the catalogue (NBML-D..).
   */
  code: string;
  /**
   * The columns it speaks of.
   */
  columns: string[];
  /**
   * Values for the placeholders of the catalogue's sentence.
   */
  fields: {
    [k: string]: string | number | boolean | string[] | number[];
  };
  /**
   * What was found, in the user's language.
   */
  message: string;
  /**
   * What to do about it.
   */
  next_step: string;
  severity: "error" | "warning";
}
/**
 * The kernel has heard a request; work, if any, follows.
 */
export interface Reply {
  accepted: boolean;
  /**
   * Why it was refused; null if accepted.
   */
  fault: PanelFault | null;
  kind: "reply";
  request_id: string;
  v: 1;
}
/**
 * The end of an accepted request.
 */
export interface Answer {
  fault: PanelFault | null;
  kind: "answer";
  request_id: string;
  v: 1;
  value: {
    [k: string]: unknown;
  } | null;
}
/**
 * How far a request has come; only the latest counts.
 */
export interface ProgressNote {
  done: number;
  kind: "progress";
  request_id: string;
  text: string;
  total: number | null;
  v: 1;
}
/**
 * One piece of a text that is too long for one message; joined by index before the answer comes.
 */
export interface Chunk {
  count: number;
  index: number;
  kind: "chunk";
  request_id: string;
  text: string;
  v: 1;
}
/**
 * Events of a job in order. Lossy ones may be left out, so `seq_from` to `seq_to` says what it covers.
 *
 * A view that has seen ``seq >= seq_from - 1`` skips what it knows, applies the rest and is then at
 * ``max(seq, seq_to)``; where ``seq_from`` is beyond that something is missing, and it asks by ``hello``.
 */
export interface EventBatch {
  events: (
    | JobQueued
    | JobStarted
    | JobPlanned
    | StageStarted
    | StageFinished
    | TrialStarted
    | FoldFinished
    | TrialFinished
    | BestChanged
    | FrontChanged
    | ArtifactReady
    | Notice
    | JobFinished
    | Resources
    | Log
  )[];
  job_id: string;
  kind: "events";
  seq_from: number;
  seq_to: number;
  v: 1;
}
/**
 * The job is written down.
 */
export interface JobQueued {
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  job_id: string;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  task: string;
  title: string;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "job.queued";
  v: 1;
}
/**
 * A supervisor has taken the job; attempt counts from 1 and grows when it resumes.
 */
export interface JobStarted {
  attempt: number;
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  /**
   * ray, inline or cluster.
   */
  executor: string;
  job_id: string;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "job.started";
  v: 1;
}
/**
 * What will be done: searches, folds, rows.
 */
export interface JobPlanned {
  /**
   * Hash of what decides the answer (answer_hash).
   */
  answer_sha256: string;
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  fold_names: string[];
  fold_rows: number[];
  fold_scheme: string;
  job_id: string;
  n_features: number;
  n_rows: number;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  studies: StudyPlan[];
  timeout_s: number | null;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "job.planned";
  v: 1;
}
/**
 * One search of a job: a target and a family.
 */
export interface StudyPlan {
  family: string;
  /**
   * Short name: target number and family, such as t0-lightgbm.
   */
  id: string;
  target: string;
  trials: number | null;
}
/**
 * A stage begins; detail says what is being waited for.
 */
export interface StageStarted {
  detail: string;
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  job_id: string;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  stage: "prepare" | "workers" | "search" | "explain" | "final" | "keep";
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "stage.started";
  v: 1;
}
/**
 * A stage ended.
 */
export interface StageFinished {
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  job_id: string;
  seconds: number;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  stage: "prepare" | "workers" | "search" | "explain" | "final" | "keep";
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "stage.finished";
  v: 1;
}
/**
 * A set of hyperparameters goes to the workers.
 */
export interface TrialStarted {
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  job_id: string;
  params: {
    [k: string]: unknown;
  };
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  study: string;
  trial: number;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "trial.started";
  v: 1;
}
/**
 * One (trial, fold) was evaluated; counted once whatever was killed.
 */
export interface FoldFinished {
  /**
   * How often it was tried.
   */
  attempts: number;
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  error: Fault | null;
  fold: number;
  job_id: string;
  /**
   * Fit and predict seconds.
   */
  seconds: number;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  study: string;
  trial: number;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "fold.finished";
  v: 1;
  /**
   * RMSE of the held-out rows; null where undefined or failed.
   */
  value: number | null;
}
/**
 * A trial is told to the search, in the order asked.
 */
export interface TrialFinished {
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  error: Fault | null;
  folds: (number | null)[];
  job_id: string;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  state: "running" | "complete" | "failed" | "pruned";
  study: string;
  trial: number;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "trial.finished";
  v: 1;
  /**
   * RMSE over all out-of-fold rows.
   */
  value: number | null;
}
/**
 * A trial is better than all told before it.
 */
export interface BestChanged {
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  folds: (number | null)[];
  job_id: string;
  params: {
    [k: string]: unknown;
  };
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  study: string;
  trial: number;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "best.changed";
  v: 1;
  value: number;
}
/**
 * An inverse search has evaluated more rows; the front as it stands, thinned for show.
 */
export interface FrontChanged {
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  /**
   * Rows predicted so far.
   */
  evaluations: number;
  /**
   * In seen ranges of the goals, from the worse end of what was seen.
   */
  hypervolume: number | null;
  /**
   * Whether they keep all limits; else they miss them least.
   */
  is_feasible: boolean;
  job_id: string;
  /**
   * What each goal is on.
   */
  names: string[];
  /**
   * Rows to predict at most.
   */
  planned: number;
  /**
   * Values of the goals of at most 200 rows of the front.
   */
  points: (number | null)[][];
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  /**
   * Rows of the whole front.
   */
  size: number;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "front.changed";
  v: 1;
}
/**
 * A file of the result stands.
 */
export interface ArtifactReady {
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  job_id: string;
  name: string;
  /**
   * Relative to the job's directory.
   */
  path: string;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "artifact.ready";
  v: 1;
}
/**
 * The end, exactly once, last.
 */
export interface JobFinished {
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  error: Fault | null;
  job_id: string;
  /**
   * Pooled RMSE of the chosen model by target.
   */
  scores: {
    [k: string]: number;
  };
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  state: "succeeded" | "failed" | "cancelled";
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "job.finished";
  v: 1;
}
/**
 * How busy the workers are. Lossy.
 */
export interface Resources {
  busy: number;
  /**
   * Fit and predict seconds / (workers x wall) since the search began.
   */
  busy_share: number;
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  job_id: string;
  /**
   * The same over the last seconds; None until there is enough.
   */
  recent_share: number | null;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "resources";
  v: 1;
  workers: number;
}
/**
 * A line for people. Lossy.
 */
export interface Log {
  /**
   * Running time of the job by a monotonic clock.
   */
  elapsed_s: number;
  job_id: string;
  message: string;
  /**
   * Number within the job, from 1, gap-free; 0 before it is logged.
   */
  seq: number;
  /**
   * UTC time, ISO 8601.
   */
  ts: string;
  type: "log";
  v: 1;
}
/**
 * The whole state of a job; takes the place of all a view knew of it.
 */
export interface SnapshotMessage {
  job_id: string;
  kind: "snapshot";
  seq: number;
  snapshot: Snapshot;
  v: 1;
}
/**
 * Fields of the session state that changed; the others stay as they are.
 */
export interface StateMessage {
  kind: "state";
  /**
   * Field of SessionState to its new value.
   */
  state: {
    [k: string]: unknown;
  };
  v: 1;
}
/**
 * A view stands, or has missed something. Answered with PanelSnapshot.
 */
export interface Hello {
  /**
   * Last seq seen, by job; for the record.
   */
  have?: {
    /**
     * This interface was referenced by `undefined`'s JSON-Schema definition
     * via the `patternProperty` "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$".
     */
    [k: string]: number;
  };
  kind: "hello";
  /**
   * The browser's, such as ja-JP.
   */
  language?: string | null;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Show a job, running or ended. Answered with PanelSnapshot.
 */
export interface OpenJob {
  job_id: string;
  kind: "open_job";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Show no job any more; the job goes on.
 */
export interface CloseJob {
  kind: "close_job";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Stop a job and keep what it has finished.
 */
export interface StopJob {
  job_id: string;
  kind: "stop_job";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Speak this language from now on. Answered with PanelSnapshot.
 */
export interface SetLanguage {
  kind: "set_language";
  language: "en" | "ja";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Remember the room in front, so that a reloaded page opens it again.
 */
export interface SetRoom {
  kind: "set_room";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  room: "data" | "train" | "explain" | "predict" | "optimize" | "runs";
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Send the module that draws figures, as chunks of base64 of gzip. Answered with ModuleSent.
 */
export interface FigureModule {
  kind: "figure_module";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Send the panel's own module and style as chunks of JSON {js, css}; asked by relay.js alone.
 */
export interface PanelModule {
  kind: "panel_module";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * What a saved notebook shows of the panel, as it is now. Answered with StaticBlock.
 */
export interface StaticView {
  kind: "static_view";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Give up another request; it is answered with a fault, unless its answer is on the way already.
 */
export interface Cancel {
  kind: "cancel";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  target_request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A finished training as a file, sent ahead in chunks. Answered with HandedOn.
 */
export interface HandOn {
  job_id: string;
  kind: "hand_on";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * Of a report.
   */
  theme?: "light" | "dark";
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
  /**
   * One HTML page; or a ZIP of a notebook that does not need nbml and the table it reads.
   */
  what: "report" | "notebook";
}
/**
 * The room as it stands. Answered with TableView.
 */
export interface OpenData {
  kind: "data.open";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * What there is to choose from. Answered with Sources.
 */
export interface ListSources {
  kind: "data.sources";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The data sets of the catalog. Answered with KeptSets.
 */
export interface ListKept {
  kind: "data.kept";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * What lies in a folder. Answered with FolderView.
 */
export interface ListFolder {
  kind: "data.folder";
  /**
   * @maxItems 64
   */
  path?: string[];
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  root: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Read a source. Answered with TableView, which holds the fault when it cannot be read.
 */
export interface ChooseSource {
  kind: "data.choose";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  source: FrameSource | FileSource | UploadSource | KeptSource | ExampleSource;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A DataFrame of the kernel by its name.
 */
export interface FrameSource {
  kind: "frame";
  name: string;
}
/**
 * A file under an allowed folder.
 */
export interface FileSource {
  kind: "file";
  /**
   * Folders, then the file.
   *
   * @minItems 1
   * @maxItems 64
   */
  path: [string, ...string[]];
  /**
   * Place of the allowed folder in the list of sources.
   */
  root: number;
}
/**
 * A file that was dropped and has arrived.
 */
export interface UploadSource {
  kind: "upload";
  upload_id: string;
}
/**
 * A version of a data set, by the training that has kept its rows.
 */
export interface KeptSource {
  job_id: string;
  kind: "kept";
}
/**
 * A table that comes with nbml.
 */
export interface ExampleSource {
  kind: "example";
  name: "adhesive" | "diabetes";
}
/**
 * Read again with options changed: those not given stay, null finds out. Answered with TableView.
 */
export interface ReadAnew {
  decimal?: ("." | ",") | null;
  delimiter?: string | null;
  encoding?: string | null;
  /**
   * Lines from 1, or none.
   */
  header?: "none" | number[] | null;
  kind: "data.reread";
  missing_tokens?: ("none" | string[]) | null;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  sheet?: string | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Change columns in the sheet; what is not given stays. Answered with TableView.
 */
export interface EditColumns {
  /**
   * found: as the reader says.
   */
  column_kind?:
    ("number" | "integer" | "boolean" | "category" | "text" | "date" | "unsupported") | "found" | null;
  /**
   * Whether 1,234, ¥ and % become numbers.
   */
  convert?: boolean | null;
  kind: "data.edit";
  /**
   * @minItems 1
   * @maxItems 20000
   */
  positions: [number, ...number[]];
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  role?: ("feature" | "target" | "group" | "fold" | "ignored") | null;
  /**
   * Empty for none.
   */
  unit?: string | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
  /**
   * Whether words such as NA are values of these columns.
   */
  words?: ("keep" | "missing") | null;
}
/**
 * Take the last change back. Answered with TableView.
 */
export interface Undo {
  kind: "data.undo";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Make the change again that was taken back. Answered with TableView.
 */
export interface Redo {
  kind: "data.redo";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A page of the column sheet. Answered with ColumnPage.
 */
export interface ListColumns {
  count: number;
  kind: "data.columns";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  start: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A window of the table; at most 6,000 cells. Answered with Rows.
 */
export interface ListRows {
  columns: number;
  count: number;
  first_column?: number;
  kind: "data.rows";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  start: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * How columns are distributed. Answered with Profiles.
 */
export interface ProfileColumns {
  count: number;
  kind: "data.profile";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  start: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A figure of one or two columns, or of correlations. Answered with ChartView.
 */
export interface DrawColumns {
  chart?: "columns" | "correlation";
  /**
   * A third, where two quantities are drawn.
   */
  colour?: number | null;
  kind: "data.figure";
  method?: "pearson" | "spearman";
  /**
   * Quantities to correlate; targets and first features if none.
   *
   * @maxItems 60
   */
  positions?: number[];
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
  x?: number;
  /**
   * A second column.
   */
  y?: number | null;
}
/**
 * Check the table by the roles of its columns. Answered with CheckList.
 */
export interface CheckTable {
  kind: "data.checks";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Do what a finding offers. Answered with TableView.
 */
export interface ApplyRemedy {
  /**
   * Place in the list of findings.
   */
  finding: number;
  kind: "data.remedy";
  /**
   * Place among its remedies.
   */
  remedy: number;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Take back a decision about rows, such as leaving out copies. Answered with TableView.
 */
export interface TakeBackRows {
  kind: "data.take_back";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
  what: "copies" | "missing_target" | "infinite";
}
/**
 * Choose rows, for ``panel.selected``.
 */
export interface SelectRows {
  kind: "data.select";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  revision: number;
  /**
   * @maxItems 100000
   */
  rows: number[];
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The first lines of the file, to choose the header. Answered with LinesView.
 */
export interface FirstLines {
  kind: "data.lines";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The Python that makes this table. Answered with DataCode.
 */
export interface DataAsCode {
  kind: "data.code";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A file was dropped. Answered with UploadPlan.
 */
export interface BeginUpload {
  kind: "data.upload";
  name: string;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  size: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * One piece of it, in any order. Answered with UploadState.
 */
export interface UploadChunk {
  /**
   * Base64.
   */
  data: string;
  index: number;
  kind: "data.upload_chunk";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  upload_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Forget a dropped file.
 */
export interface DropUpload {
  kind: "data.upload_drop";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  upload_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Look at a form; without one, fill it in from the table. Answered with Draft.
 */
export interface DraftForm {
  form?: TrainFormInput | null;
  kind: "train.draft";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Everything ``nbml.train`` can be told, as a person fills it in.
 */
export interface TrainFormInput {
  alias?: string | null;
  fold_column?: string | null;
  fold_timeout_s?: number | null;
  folds?: "logo" | number | null;
  group?: string | null;
  infinite?: "refuse" | "missing";
  kinds?: {
    [k: string]: "number" | "integer" | "boolean" | "category";
  };
  /**
   * Columns that would be features but shall not be.
   */
  left_out?: string[];
  memory_mb?: number | null;
  /**
   * Time for the search in minutes.
   */
  minutes?: number | null;
  missing_target?: "refuse" | "drop";
  models?: string[];
  name?: string | null;
  open_trials?: number | null;
  project?: string;
  register_as?: string | null;
  sampler?: string;
  seed?: number | null;
  shap?: boolean;
  /**
   * Changed search ranges by family and parameter, as in the spec.
   */
  space?: {
    [k: string]: {
      [k: string]: unknown;
    };
  };
  /**
   * Columns that would be no features but shall be.
   */
  taken_in?: string[];
  targets?: string[];
  threads?: number | null;
  trials?: number | null;
  workers?: number | null;
}
/**
 * Train as the form says. Answered with StartedJob.
 */
export interface StartTraining {
  form: TrainFormInput;
  kind: "train.start";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Go on with an interrupted job. Answered with StartedJob.
 */
export interface ResumeTraining {
  job_id: string;
  kind: "train.resume";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The form that would ask for a job again. Answered with JobForm.
 */
export interface FormOfJob {
  job_id: string;
  kind: "train.again";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A form, or a job, as code. Answered with Code.
 */
export interface AsCode {
  form?: TrainFormInput | null;
  job_id?: string | null;
  kind: "train.code";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The result of a job that has ended. Answered with ResultView.
 */
export interface ShowResult {
  job_id: string;
  kind: "train.result";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A figure of a job's result. Answered with FigureView.
 */
export interface ShowFigure {
  colour?: "group" | "fold" | "none";
  /**
   * The chosen one if null.
   */
  family?: string | null;
  job_id: string;
  kind: "train.figure";
  name: "parity" | "residuals" | "search_history" | "parameter_importance" | "fold_scores";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  target: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * What happened in a job, as lines for people. Answered with LogLines.
 */
export interface ReadLog {
  /**
   * Last event seen.
   */
  after?: number;
  job_id: string;
  kind: "train.log";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * All that is known of one trial, however old. Answered with TrialDetail.
 */
export interface ShowTrial {
  job_id: string;
  kind: "train.trial";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  study: string;
  trial: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Have a model's values at hand, computed where they are not. Answered with ExplainView.
 */
export interface OpenExplanation {
  /**
   * The chosen one if null.
   */
  family?: string | null;
  job_id: string;
  kind: "explain.open";
  of?: "held_out" | "final";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * The first one if null.
   */
  target?: string | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A figure. Answered with ExplainFigure.
 */
export interface ShowExplainFigure {
  /**
   * Group column or feature that splits a partial dependence.
   */
  by?: string | null;
  colour?: "strongest" | "second" | "none";
  /**
   * The chosen one if null.
   */
  family?: string | null;
  /**
   * For dependence, partial and pair.
   */
  feature?: string | null;
  /**
   * Those drawn, in order; the 20 first if null.
   */
  features?: string[] | null;
  job_id: string;
  kind: "explain.figure";
  name: "bar" | "beeswarm" | "dependence" | "partial" | "interactions" | "pair" | "permutation" | "residuals";
  of?: "held_out" | "final";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * The other one of a pair; a partner to colour by.
   */
  second?: string | null;
  /**
   * The first one if null.
   */
  target?: string | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * How long the pairs would take. Answered with PairCost.
 */
export interface AskCost {
  /**
   * The chosen one if null.
   */
  family?: string | null;
  job_id: string;
  kind: "explain.cost";
  of?: "held_out" | "final";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * The first one if null.
   */
  target?: string | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Rows worth a look. Answered with RowLines.
 */
export interface PickRows {
  /**
   * The chosen one if null.
   */
  family?: string | null;
  job_id: string;
  kind: "explain.rows";
  of?: "held_out" | "final";
  pick?: "worst" | "highest" | "lowest" | "random" | "search";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  seed?: number;
  /**
   * The first one if null.
   */
  target?: string | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
  words?: string;
}
/**
 * One row. Answered with RowView.
 */
export interface ShowRow {
  /**
   * The chosen one if null.
   */
  family?: string | null;
  job_id: string;
  kind: "explain.row";
  of?: "held_out" | "final";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * Number of the row in the table, from 1.
   */
  row: number;
  /**
   * The first one if null.
   */
  target?: string | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A row that is not in the table, by the final model. Answered with RowView, whose row is 0.
 */
export interface ShowNewRow {
  /**
   * By feature; those not named are missing.
   */
  cells: {
    [k: string]: string | number | null;
  };
  /**
   * The chosen one if null.
   */
  family?: string | null;
  job_id: string;
  kind: "explain.new_row";
  of?: "held_out" | "final";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * The first one if null.
   */
  target?: string | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * What is seen, as calls. Answered with ExplainCode.
 */
export interface ExplainAsCode {
  by?: string | null;
  colour?: "strongest" | "second" | "none";
  /**
   * The chosen one if null.
   */
  family?: string | null;
  feature?: string | null;
  job_id: string;
  kind: "explain.code";
  of?: "held_out" | "final";
  pair?: string[] | null;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  row?: number | null;
  second?: string | null;
  /**
   * The first one if null.
   */
  target?: string | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Jobs that have left models, newest first. Answered with ModelList.
 */
export interface ListModels {
  kind: "predict.models";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Open the models of a job. Answered with ModelView.
 */
export interface OpenModel {
  job_id: string;
  kind: "predict.open";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Predict all targets along inputs through a row. Answered with ProfileView.
 */
export interface DrawProfile {
  /**
   * By target, empty for the chosen one; the chosen ones of all if none are given.
   *
   * @maxItems 1000
   */
  families?: string[];
  /**
   * Which inputs are varied.
   *
   * @maxItems 60
   */
  inputs: number[];
  /**
   * Level of the intervals; null for none.
   */
  interval?: number | null;
  job_id: string;
  kind: "predict.profile";
  points?: number;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * A value an input; null is missing.
   *
   * @maxItems 5000
   */
  row: (number | string | null)[];
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Training rows to start from. Answered with PickedRows.
 */
export interface PickTrainingRows {
  count?: number;
  how?: "search" | "highest" | "lowest" | "random";
  job_id: string;
  kind: "predict.rows";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * For random rows.
   */
  seed?: number;
  target?: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
  /**
   * A row number, a level, or a number.
   */
  words?: string;
}
/**
 * A row as code and as two lines for a spreadsheet. Answered with RowTexts.
 */
export interface RowAsText {
  /**
   * By target, empty for the chosen one; the chosen ones of all if none are given.
   *
   * @maxItems 1000
   */
  families?: string[];
  /**
   * Level of the intervals; null for none.
   */
  interval?: number | null;
  job_id: string;
  kind: "predict.code";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * @maxItems 5000
   */
  row: (number | string | null)[];
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Read a table to predict. Answered with BatchView.
 */
export interface ChooseTable {
  job_id: string;
  kind: "predict.choose";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  source: FrameSource | FileSource | UploadSource | KeptSource | TableSource;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The table in hand.
 */
export interface TableSource {
  kind: "table";
}
/**
 * Say which column is which input. Answered with BatchView.
 */
export interface MapColumns {
  batch: number;
  /**
   * Place in the table, by input.
   *
   * @maxItems 5000
   */
  columns: (number | null)[];
  job_id: string;
  kind: "predict.map";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Predict the table that was chosen. Answered with PredictionView; cancel leaves nothing behind.
 */
export interface PredictTable {
  batch: number;
  /**
   * Whether the columns of the table stay beside the answers.
   */
  beside?: boolean;
  /**
   * By target, empty for the chosen one; the chosen ones of all if none are given.
   *
   * @maxItems 1000
   */
  families?: string[];
  /**
   * Level of the intervals; null for none.
   */
  interval?: number | null;
  job_id: string;
  kind: "predict.start";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Prediction runs of a job, newest first. Answered with PredictionList.
 */
export interface ListPredictions {
  job_id: string;
  kind: "predict.runs";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Open a prediction run. Answered with PredictionView.
 */
export interface ShowPrediction {
  job_id: string;
  kind: "predict.show";
  prediction_id: string;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Delete a prediction run and its table.
 */
export interface DropPrediction {
  job_id: string;
  kind: "predict.drop";
  prediction_id: string;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A window of a prediction run's table; at most 6,000 cells. Answered with PredictedRows.
 */
export interface ReadPredictions {
  columns: number;
  count: number;
  descending?: boolean;
  first_column?: number;
  job_id: string;
  kind: "predict.table";
  only?: "all" | "flagged" | "far" | "usual";
  prediction_id: string;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * Column to sort by; missing values come last.
   */
  sort?: number | null;
  start: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Write a prediction run as a file a spreadsheet opens safely. Answered with DownloadPlan.
 */
export interface PrepareDownload {
  /**
   * Begin a CSV file so that Excel reads it as UTF-8.
   */
  excel?: boolean;
  format?: "csv" | "xlsx";
  job_id: string;
  kind: "predict.download";
  prediction_id: string;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * One piece of that file. Answered with FilePiece.
 */
export interface DownloadChunk {
  download: string;
  index: number;
  kind: "predict.piece";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Look at a form; null gives the form for the models in hand.
 */
export interface DraftSearch {
  form?: OptimizeFormInput | null;
  kind: "optimize.draft";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * Begin anew with the models of these.
   */
  runs?: string[] | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Everything ``nbml.optimize`` can be told, as a person fills it in.
 */
export interface OptimizeFormInput {
  /**
   * An earlier search to go on from.
   */
  after?: string | null;
  constraints?: (
    | MixtureRowInput
    | LinearRowInput
    | RatioRowInput
    | CountRowInput
    | WhenRowInput
    | CombinationRowInput
    | FormulaRowInput
    | DistanceRowInput
    | IntervalRowInput
  )[];
  engine?: string;
  evaluations?: number | null;
  goals?: GoalRowInput[];
  inputs?: InputRowInput[];
  interval?: number | null;
  /**
   * Time for the search in minutes.
   */
  minutes?: number | null;
  name?: string | null;
  project?: string;
  /**
   * Seconds for a proof of the optimum; none if empty.
   */
  prove_s?: number | null;
  /**
   * Jobs whose models are searched with.
   */
  runs?: string[];
  seed?: number | null;
  size?: number | null;
}
/**
 * Parts that sum to a total.
 */
export interface MixtureRowInput {
  kind: "mixture";
  parts?: string[];
  tolerance?: number | null;
  total?: number | null;
}
/**
 * A sum of inputs within bounds; equal bounds are an equality.
 */
export interface LinearRowInput {
  high?: number | null;
  kind: "linear";
  low?: number | null;
  terms?: TermInput[];
}
/**
 * An input and what it is multiplied by.
 */
export interface TermInput {
  factor?: number | null;
  name?: string;
}
/**
 * One input divided by another within bounds.
 */
export interface RatioRowInput {
  high?: number | null;
  kind: "ratio";
  low?: number | null;
  of?: string;
  to?: string;
}
/**
 * At most so many of these are not zero.
 */
export interface CountRowInput {
  kind: "count";
  least?: number | null;
  most?: number | null;
  of?: string[];
}
/**
 * Where categories have certain levels, other inputs keep to less.
 */
export interface WhenRowInput {
  kind: "when";
  limits?: RemainderInput[];
  when?: ConditionInput[];
}
/**
 * What remains of an input under conditions.
 */
export interface RemainderInput {
  high?: number | null;
  input?: string;
  levels?: (string | boolean | number)[];
  low?: number | null;
}
/**
 * A category that has one of these levels.
 */
export interface ConditionInput {
  input?: string;
  levels?: (string | boolean | number)[];
}
/**
 * Inputs that take only combinations seen in the training data, only some, or never some.
 */
export interface CombinationRowInput {
  kind: "combinations";
  mode?: "seen" | "only" | "never";
  of?: string[];
  /**
   * For only and never: a cell an input; null is still open.
   */
  rows?: (string | boolean | number | null)[][];
}
/**
 * A comparison between formulas over inputs and targets.
 */
export interface FormulaRowInput {
  formula?: string;
  kind: "formula";
}
/**
 * At most so far from the training data.
 */
export interface DistanceRowInput {
  kind: "distance";
  most?: number | null;
}
/**
 * A prediction interval at most so wide.
 */
export interface IntervalRowInput {
  kind: "interval";
  most?: number | null;
  target?: string;
}
/**
 * One goal; a target without one is only predicted.
 */
export interface GoalRowInput {
  /**
   * Null where nothing is wanted of it.
   */
  goal?: ("maximize" | "minimize" | "reach" | "between" | "at_least" | "at_most") | null;
  high?: number | null;
  low?: number | null;
  /**
   * Name of the target or input, or the formula.
   */
  of?: string;
  on?: "target" | "input" | "formula";
  soft?: boolean;
  tolerance?: number | null;
  value?: number | null;
  weight?: number | null;
}
/**
 * One input: what it may be set to. Bounds that are empty are those of the training data.
 */
export interface InputRowInput {
  /**
   * Allow bounds outside the training range.
   */
  extrapolate?: boolean;
  fixed?: string | boolean | number | null;
  high?: number | null;
  /**
   * Whole numbers only.
   */
  integer?: boolean;
  /**
   * Allowed levels, or allowed numbers.
   */
  levels?: (string | boolean | number)[];
  log?: boolean;
  low?: number | null;
  name: string;
  step?: number | null;
  tolerance?: number | null;
  use?: "range" | "fixed" | "levels";
  /**
   * May also be zero, below low.
   */
  zero?: boolean;
}
/**
 * Start the search of a form.
 */
export interface StartSearch {
  form: OptimizeFormInput;
  kind: "optimize.start";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The form of an earlier search.
 */
export interface FormOfSearch {
  job_id: string;
  kind: "optimize.again";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A form, or an earlier search, as code.
 */
export interface SearchAsCode {
  form?: OptimizeFormInput | null;
  job_id?: string | null;
  kind: "optimize.code";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The result of a search.
 */
export interface ShowFront {
  job_id: string;
  kind: "optimize.result";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Training rows for the background of a front.
 */
export interface ShowMeasured {
  kind: "optimize.measured";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  runs: string[];
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The training rows nearest to a row of the front, cell by cell.
 */
export interface ShowNearest {
  job_id: string;
  kind: "optimize.nearest";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  row: number;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Rows to try next.
 */
export interface ProposeRows {
  count: number;
  job_id: string;
  kind: "optimize.propose";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The Pareto table as a file, in Base64 by chunks ahead of the answer.
 */
export interface ExportFront {
  format: "csv" | "xlsx";
  job_id: string;
  kind: "optimize.export";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * Some rows; all if null.
   */
  rows?: number[] | null;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Make rows of the front what the panel's `selected` holds.
 */
export interface ChooseRows {
  job_id: string;
  kind: "optimize.choose";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  rows?: number[];
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The experiments of a search. Answered with ExperimentList, as are all of these.
 */
export interface ShowExperiments {
  job_id: string;
  kind: "optimize.experiments";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Plan rows of the front; those planned before stay as they are.
 */
export interface PlanExperiments {
  job_id: string;
  kind: "optimize.plan";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * @maxItems 100
   */
  rows: PlannedRow[];
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * A row of the Pareto table that shall be tried.
 */
export interface PlannedRow {
  row: number;
  why?: "exploit" | "explore" | "fill" | "chosen";
}
/**
 * Enter what was measured of a target; null takes it back.
 */
export interface MeasureExperiment {
  job_id: string;
  kind: "optimize.measure";
  number: number;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  target: string;
  v: 1;
  value: number | null;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Take an experiment out of the plan.
 */
export interface DropExperiment {
  job_id: string;
  kind: "optimize.unplan";
  number: number;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Make the training rows with the measured experiments under them the table in hand.
 */
export interface ExtendTable {
  job_id: string;
  kind: "optimize.extend";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * The jobs of this user, newest first.
 */
export interface ListRuns {
  kind: "runs.list";
  limit?: number;
  offset?: number;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  /**
   * Words that must all stand in a line.
   */
  search?: string;
  state?: "any" | "running" | "ended";
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Give a job another name or note; what is null stays.
 */
export interface DescribeRun {
  job_id: string;
  kind: "runs.describe";
  name?: string | null;
  note?: string | null;
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Delete a job that is not running; it can be taken back.
 */
export interface DeleteRun {
  job_id: string;
  kind: "runs.delete";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Take a deleted job back.
 */
export interface RestoreRun {
  job_id: string;
  kind: "runs.restore";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Go on with a job that was interrupted.
 */
export interface ResumeRun {
  job_id: string;
  kind: "runs.resume";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * Put jobs side by side.
 */
export interface CompareRuns {
  /**
   * @maxItems 50
   */
  job_ids: string[];
  kind: "runs.compare";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * What a job was made from and what was made with it.
 */
export interface ShowLineage {
  job_id: string;
  kind: "runs.lineage";
  /**
   * Made by the view, <view>-<n>; sent again, it is the same request.
   */
  request_id: string;
  v: 1;
  /**
   * The view that asks.
   */
  view_id: string;
}
/**
 * All columns of a table in file order.
 */
export interface ColumnSheet {
  columns: Column[];
}
/**
 * One column of a table.
 */
export interface Column {
  /**
   * Greatest value of a numeric column.
   */
  high: number | null;
  /**
   * number, integer and boolean are numeric features; category has levels; text, date and unsupported are no features until changed.
   */
  kind: "number" | "integer" | "boolean" | "category" | "text" | "date" | "unsupported";
  /**
   * The name without its unit and surrounding blanks, for show.
   */
  label: string;
  /**
   * Levels of a category in order, at most 1,000.
   */
  levels: string[];
  /**
   * Least value of a numeric column.
   */
  low: number | null;
  /**
   * Share of rows without a value.
   */
  missing_share: number;
  /**
   * Number of distinct values, missing ones not counted.
   */
  n_unique: number;
  /**
   * The name, unique in the table; any text.
   */
  name: string;
  /**
   * Why the kind or role was chosen, when it is not plain.
   */
  note: string | null;
  /**
   * Place in the file, from 0.
   */
  position: number;
  /**
   * What the column is for; a suggestion until training.
   */
  role: "feature" | "target" | "group" | "fold" | "ignored";
  /**
   * Unit taken from brackets in the name.
   */
  unit: string | null;
}
/**
 * The result of a training job. Paths are relative to the job's directory.
 */
export interface TrainRecord {
  /**
   * Processor seconds of fits and predictions / (workers x wall) of the search.
   */
  busy_share: number;
  /**
   * The same by the clock: seconds inside fits and predictions.
   */
  clock_share: number | null;
  cv_result: string;
  data_sha256: string;
  features: string[];
  fold_names: string[];
  fold_scheme: string;
  group: string | null;
  job_id: string;
  leaderboard: Leader[];
  models: string;
  n_rows: number;
  /**
   * MLflow run, once it is kept there.
   */
  run_id: string | null;
  search_s: number;
  seconds: number;
  sheet: ColumnSheet;
  state: "succeeded" | "cancelled";
  targets: string[];
  title: string;
  /**
   * Where that run is kept; never with a credential.
   */
  tracking_uri: string | null;
  v: 1;
  warnings: Finding[];
}
/**
 * One row of the leaderboard: a family, or the dummy baseline, for one target.
 */
export interface Leader {
  /**
   * Whether predictions use it by default.
   */
  chosen: boolean;
  /**
   * Of its intervals, by level.
   */
  coverage: Coverage[];
  /**
   * Why there is no model, when there is none.
   */
  error: Fault | null;
  /**
   * Family name, or baseline.
   */
  family: string;
  params: {
    [k: string]: unknown;
  };
  /**
   * By metric name; rmse is the one that is searched.
   */
  scores: {
    [k: string]: TrainScore;
  };
  /**
   * Fit and predict seconds over all its folds.
   */
  seconds: number;
  /**
   * Its SHAP file, relative to the job's directory.
   */
  shap: string | null;
  /**
   * Rows explained.
   */
  shap_rows: number;
  /**
   * The search it comes from; null for the baseline.
   */
  study: string | null;
  target: string;
  /**
   * Number of its best trial.
   */
  trial: number | null;
  trials_complete: number;
  trials_failed: number;
}
/**
 * How intervals of one level would have done on held-out rows, judged by the other folds' errors.
 */
export interface Coverage {
  /**
   * Groups, the worst first, up to 50.
   */
  groups: GroupCoverage[];
  is_grouped: boolean;
  /**
   * Whether widths differ from row to row.
   */
  is_local: boolean;
  /**
   * Whether there are enough units for finite bounds.
   */
  is_reachable: boolean;
  /**
   * What the intervals aim at, between 0 and 1.
   */
  level: number;
  /**
   * Median width in target units.
   */
  median_width: number | null;
  /**
   * Held-out rows that were judged.
   */
  n_rows: number;
  /**
   * Observations that count: rows, or groups.
   */
  n_units: number;
  /**
   * Coverage over all rows alike.
   */
  of_rows: number | null;
  /**
   * Coverage, the mean over groups where there are groups; null where out of reach.
   */
  share: number | null;
  /**
   * Coverage guaranteed whatever the distribution.
   */
  worst_case: number;
}
/**
 * How many held-out rows of one group lay in their intervals.
 */
export interface GroupCoverage {
  /**
   * Value of the group column.
   */
  group: string;
  n_rows: number;
  /**
   * Share of its rows that were covered.
   */
  share: number;
}
/**
 * One metric of one model under cross-validation.
 */
export interface TrainScore {
  /**
   * Per fold; null where undefined, see undefined.
   */
  folds: (number | null)[];
  /**
   * Mean over the defined folds.
   */
  mean: number | null;
  metric: string;
  /**
   * Over all out-of-fold rows; null where undefined.
   */
  pooled: number | null;
  /**
   * Standard deviation over the defined folds.
   */
  spread: number | null;
  /**
   * Reason by fold name.
   */
  undefined: {
    [k: string]: string;
  };
}
/**
 * A training job: data, targets, folds, families, search.
 */
export interface TrainSpec {
  /**
   * Alias given to the registered version.
   */
  alias: string | null;
  data: DataSource;
  explain: Explain;
  /**
   * Inputs; all usable columns if unset.
   */
  features: string[] | null;
  /**
   * Column that names the fold of each row.
   */
  fold_column: string | null;
  /**
   * Number of folds, or leave one group out.
   */
  folds: number | "logo" | null;
  /**
   * Column whose rows stay together in a fold.
   */
  group: string | null;
  /**
   * Infinite feature values.
   */
  infinite: "refuse" | "missing";
  /**
   * Corrections of column kinds.
   */
  kinds: {
    [k: string]: "number" | "integer" | "boolean" | "category";
  };
  /**
   * Rows without a target.
   */
  missing_target: "refuse" | "drop";
  /**
   * Families to search.
   *
   * @minItems 1
   */
  models: ["lightgbm" | "catboost" | "xgboost" | "mlp", ...("lightgbm" | "catboost" | "xgboost" | "mlp")[]];
  /**
   * Name for show; made from the targets if unset.
   */
  name: string | null;
  /**
   * Project the run belongs to.
   */
  project: string;
  /**
   * Registered model name for the chosen model.
   */
  register_as: string | null;
  /**
   * What nbml settled when the job was made.
   */
  resolved: Resolved | null;
  resources: TrainResources;
  schema: "nbml.job/1";
  search: Search;
  /**
   * Seed of folds, search and fits.
   */
  seed: number;
  /**
   * Columns to predict.
   *
   * @minItems 1
   */
  targets: [string, ...string[]];
  task: "train";
}
/**
 * Where the rows come from: a local file with how to read it, or columns already stored with the job.
 */
export interface DataSource {
  /**
   * Name for show.
   */
  name: string;
  /**
   * Local file, absolute or relative to the spec file.
   */
  path: string | null;
  read: ReadOptions;
  /**
   * Content hash of the table; set when the job is made, checked when it is run again.
   */
  sha256: string | null;
}
/**
 * How to read the file.
 */
export interface ReadOptions {
  /**
   * Columns whose 1,234, ¥, % or full-width digits become numbers.
   */
  convert: "all" | string[];
  /**
   * Decimal mark of numbers in text.
   */
  decimal: ("." | ",") | null;
  /**
   * Field separator.
   */
  delimiter: string | null;
  /**
   * Text encoding by its Python name, such as cp932.
   */
  encoding: string | null;
  /**
   * Line of the first row of data, from 1.
   */
  first_row: number | null;
  /**
   * Line of the header counted from 1, several lines whose names are joined, or none.
   */
  header: "none" | number | number[] | null;
  /**
   * Words that are real values in a column, such as NA for a grade.
   */
  keep_tokens: {
    [k: string]: "all" | string[];
  };
  /**
   * Kind of a column, decided by the user.
   */
  kinds: {
    [k: string]: "number" | "integer" | "boolean" | "category" | "text" | "date" | "unsupported";
  };
  /**
   * More words that mean missing; none: only an empty cell does.
   */
  missing_tokens: "none" | string[] | null;
  /**
   * Excel sheet by name, or by place from 1.
   */
  sheet: string | number | null;
}
/**
 * How held-out rows are explained after the search.
 */
export interface Explain {
  /**
   * Row budget per fold where the explainer samples (MLP); trees are exact for all rows.
   */
  sampled_rows: number;
  /**
   * Shapley values of every held-out row.
   */
  shap: boolean;
}
/**
 * What was settled when the job was made: the same spec with this part runs to the same answer.
 */
export interface Resolved {
  /**
   * Content hash of the training columns kept with the job.
   */
  columns_sha256: string;
  /**
   * UTC time, ISO 8601.
   */
  created: string;
  features: string[];
  job_id: string;
  n_rows: number;
  /**
   * Who made it.
   */
  user: string;
  /**
   * Python, nbml and library versions.
   */
  versions: {
    [k: string]: string;
  };
}
/**
 * What a job may use. Never changes the answer.
 */
export interface TrainResources {
  /**
   * Further Ray resources that each worker of a cluster asks for, such as {GPU: 1}.
   */
  each: {
    [k: string]: number;
  } | null;
  /**
   * Deadline of one fold; past it the worker is killed.
   */
  fold_timeout_s: number | null;
  /**
   * Memory for all workers; 0.8 of what is free if unset.
   */
  memory_mb: number | null;
  /**
   * Threads of one worker; part of the answer for libraries whose sums depend on it.
   */
  threads: number;
  /**
   * Worker actors; the CPU budget if unset.
   */
  workers: number | null;
}
/**
 * How hyperparameters are searched, for each target and family.
 */
export interface Search {
  /**
   * Trials under way at once in one search; part of the answer, so it does not follow the number of workers.
   */
  open_trials: number;
  /**
   * Optuna sampler.
   */
  sampler: "tpe" | "random" | "cmaes" | "gp" | "qmc";
  /**
   * Overrides of search ranges by family and parameter: {low, high}, {choices} or a fixed value.
   */
  space: {
    [k: string]: {
      [k: string]: unknown;
    };
  };
  /**
   * Time for the whole search; what is finished then is kept.
   */
  timeout_s: number | null;
  /**
   * Trials per target and family.
   */
  trials: number | null;
}
