import { make } from "../dom.js";
import { count } from "../format.js";

const PROTOCOLS = {
  full: "All annotations; the order of a relation's arguments counts",
  symmetric: "All annotations; the arguments of symmetric relations may be swapped",
  reference: "Only annotations that the data reader of the paper's code keeps",
};
const METRICS = [
  ["entity", "Entities", "borders and type"],
  ["relation", "Relations", "type, and borders of both arguments"],
  ["strict", "Relations, strict", "also the types of both arguments"],
  ["span", "Spans", "borders only"],
];

/**
 * The tables of precision, recall and F1, overall and by type.
 * @param {Record<string, object>} report the report of the engine's scorer
 * @param {import("../document/schema.js").Schema} schema
 */
export function reportOf(report, schema) {
  const body = make("div");
  const known = Object.keys(PROTOCOLS).filter((name) => report[name]);
  const options = known.map((name) => make("option", { value: name }, PROTOCOLS[name]));
  const select = make("select", { id: "protocol", onchange: () => turn() }, ...options);
  const turn = () => body.replaceChildren(...tables(report[select.value], schema));
  turn();
  return [make("p", { className: "field" }, make("label", { htmlFor: "protocol" }, "What counts"), " ", select), body];
}

function tables(scores, schema) {
  const overall = METRICS.filter(([key]) => scores[key]).map(([key, title, about]) => rowOf(title, scores[key], about));
  const byType = (kind, counts) =>
    Object.entries(counts ?? {}).filter(([, { gold, pred }]) => gold + pred > 0).map(([type, row]) => rowOf(schema.look(kind, type).words, row));
  return [
    table("Overall", overall),
    table("Entities by type", byType("entity", scores.by_type?.entity)),
    table("Relations by type", byType("relation", scores.by_type?.relation)),
  ];
}

function table(caption, rows) {
  const heads = ["Precision", "Recall", "F1", "Gold", "Found", "Right"].map((title) => make("th", { scope: "col", className: "number" }, title));
  const head = make("thead", {}, make("tr", {}, make("td"), ...heads));
  const scroll = { className: "table-scroll", tabIndex: 0, attributes: { role: "group", "aria-label": caption } };
  return make("div", scroll, make("table", { className: "scores" }, make("caption", { className: "heading" }, caption), head, make("tbody", {}, ...rows)));
}

function rowOf(title, { p, r, f1, gold, pred, tp }, about = "") {
  const share = (value) => make("td", { className: "number" }, (100 * value).toFixed(1));
  const whole = (value) => make("td", { className: "number" }, count(value));
  const name = make("th", { scope: "row" }, title, about && make("span", { className: "hint" }, ` ${about}`));
  return make("tr", {}, name, share(p), share(r), make("td", { className: "number f1" }, (100 * f1).toFixed(1)), whole(gold), whole(pred), whole(tp));
}
