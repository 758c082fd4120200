const BEND = 5;
const ARROW = 4;

/** The SVG path of a rectangular route with rounded corners. @param {[number, number][]} points */
export function pathOf(points) {
  let path = `M${points[0].join(" ")}`;
  for (let i = 1; i < points.length - 1; i++) {
    const before = towards(points[i], points[i - 1]);
    const after = towards(points[i], points[i + 1]);
    path += `L${before.join(" ")}Q${points[i].join(" ")} ${after.join(" ")}`;
  }
  return `${path}L${points.at(-1).join(" ")}`;
}

/** The SVG path of the arrow tip at the end of a route, which arrives from above. @param {[number, number][]} points */
export function tipOf(points) {
  const [x, y] = points.at(-1);
  return `M${x - ARROW} ${y - ARROW - 2}L${x + ARROW} ${y - ARROW - 2}L${x} ${y}z`;
}

function towards([x, y], [toX, toY]) {
  const length = Math.hypot(toX - x, toY - y);
  const step = Math.min(BEND, length / 2);
  return length === 0 ? [x, y] : [x + ((toX - x) * step) / length, y + ((toY - y) * step) / length];
}
