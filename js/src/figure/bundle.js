// The traces that nbml draws, and nothing else of Plotly; WebGL ones with shaders made before, so that no code is made in the page.

import bar from "plotly.js/lib/bar";
import box from "plotly.js/lib/box";
import Plotly from "plotly.js/lib/core";
import heatmap from "plotly.js/lib/heatmap";
import histogram from "plotly.js/lib/histogram";
import violin from "plotly.js/lib/violin";
import waterfall from "plotly.js/lib/waterfall";
import parcoords from "plotly.js/src/traces/parcoords/strict";
import scattergl from "plotly.js/src/traces/scattergl/strict";
import splom from "plotly.js/src/traces/splom/strict";

Plotly.register([bar, box, heatmap, histogram, parcoords, scattergl, splom, violin, waterfall]);
export default Plotly;
