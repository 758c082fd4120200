const ROUNDS = 300;
const PUSHES = 120;
const GAP = 14;
const FLAT = 1.5;

/**
 * @typedef {{x: number, y: number, width: number, height: number}} Box `x` and `y` are its centre
 */

/**
 * Places boxes so that linked ones are near each other and none overlap. Unconnected components lie side by side. The
 * layout is deterministic.
 * @param {{width: number, height: number}[]} sizes of the boxes, the most linked first
 * @param {[number, number][]} links indices of boxes
 * @param {number} breadth width to fill, in pixels
 * @returns {{boxes: Box[], width: number, height: number}}
 */
export function layOut(sizes, links, breadth) {
  const groups = components(sizes.length, links).map((members) => {
    const place = new Map(members.map((index, at) => [index, at]));
    const own = links.filter(([from]) => place.has(from)).map(([from, to]) => [place.get(from), place.get(to)]);
    return { members, ...arrange(members.map((index) => sizes[index]), own) };
  });
  const boxes = [];
  let [x, y, row, width] = [0, 0, 0, 0];
  for (const group of groups.sort((a, b) => b.height - a.height)) {
    if (x > 0 && x + group.width > breadth) [x, y, row] = [0, y + row, 0];
    group.members.forEach((index, at) => {
      const box = group.boxes[at];
      boxes[index] = { ...box, x: box.x + x, y: box.y + y };
    });
    x += group.width;
    row = Math.max(row, group.height);
    width = Math.max(width, x);
  }
  return { boxes, width, height: y + row };
}

/** The connected components. @returns {number[][]} */
function components(count, links) {
  const home = Array.from({ length: count }, (_, index) => index);
  const root = (index) => (home[index] === index ? index : (home[index] = root(home[index])));
  for (const [from, to] of links) home[Math.max(root(from), root(to))] = Math.min(root(from), root(to));
  const groups = new Map();
  for (let index = 0; index < count; index++) groups.set(root(index), [...(groups.get(root(index)) ?? []), index]);
  return [...groups.values()];
}

function arrange(sizes, links) {
  const reach = Math.sqrt(sizes.reduce((sum, { width, height }) => sum + (width + GAP) * (height + 3 * GAP), 0) / Math.max(1, sizes.length));
  // Starts with a sunflower spiral: the most linked boxes in the middle, all evenly spread.
  const boxes = sizes.map(({ width, height }, i) => {
    const [radius, angle] = [reach * Math.sqrt(i + 0.5), i * Math.PI * (3 - Math.sqrt(5))];
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), width, height };
  });
  for (let round = 0; round < ROUNDS; round++) relax(boxes, links, reach, reach * (1 - round / ROUNDS));
  for (const box of boxes) {
    box.x *= FLAT;
    box.y /= FLAT;
  }
  for (let push = 0; push < PUSHES && separate(boxes); push++);
  return framed(boxes);
}

/** One step of a force-directed layout: boxes repel each other; links and the centre attract. */
function relax(boxes, links, reach, heat) {
  const forces = boxes.map(({ x, y }) => [-x * 0.03, -y * 0.03]);
  const act = (i, j, strength) => {
    const [dx, dy] = [boxes[i].x - boxes[j].x, boxes[i].y - boxes[j].y];
    const distance = Math.hypot(dx, dy) || 1;
    const force = strength(distance) / distance;
    forces[i][0] += dx * force;
    forces[i][1] += dy * force;
    forces[j][0] -= dx * force;
    forces[j][1] -= dy * force;
  };
  for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) act(i, j, (distance) => (reach * reach) / distance / 2);
  for (const [i, j] of links) act(i, j, (distance) => (-distance * distance) / reach / 6);
  forces.forEach(([dx, dy], i) => {
    const length = Math.hypot(dx, dy) || 1;
    const step = Math.min(length, heat);
    boxes[i].x += (dx / length) * step;
    boxes[i].y += (dy / length) * step;
  });
}

/** Moves overlapping boxes apart along the shorter axis. @returns {boolean} whether any overlapped */
function separate(boxes) {
  let moved = false;
  for (let i = 0; i < boxes.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [boxes[i], boxes[j]];
      const x = (a.width + b.width) / 2 + GAP - Math.abs(a.x - b.x);
      const y = (a.height + b.height) / 2 + GAP - Math.abs(a.y - b.y);
      if (x <= 0 || y <= 0) continue;
      moved = true;
      const axis = x < y ? "x" : "y";
      const step = (Math.min(x, y) / 2 + 0.5) * (a[axis] < b[axis] ? -1 : 1);
      a[axis] += step;
      b[axis] -= step;
    }
  }
  return moved;
}

function framed(boxes) {
  const edge = (pick, side) => boxes.map((box) => pick(box) + (side * (pick === left ? box.width : box.height)) / 2);
  const least = (values) => values.reduce((a, b) => Math.min(a, b), 0);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), 0);
  const [minX, minY] = [least(edge(left, -1)), least(edge(top, -1))];
  const [maxX, maxY] = [most(edge(left, 1)), most(edge(top, 1))];
  return {
    boxes: boxes.map((box) => ({ ...box, x: box.x - minX + GAP, y: box.y - minY + GAP })),
    width: maxX - minX + 2 * GAP,
    height: maxY - minY + 2 * GAP,
  };
}

const left = ({ x }) => x;
const top = ({ y }) => y;

/**
 * The point at which the line between the centres of two boxes leaves the first one.
 * @param {Box} from @param {Box} to @returns {[number, number]}
 */
export function border(from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const scale = Math.min(from.width / 2 / Math.abs(dx || 1e-9), from.height / 2 / Math.abs(dy || 1e-9), 1);
  return [from.x + dx * scale, from.y + dy * scale];
}

/**
 * The nearest box in a direction. @param {Box[]} boxes @param {number} from @param {"ArrowUp"|"ArrowDown"|"ArrowLeft"|"ArrowRight"} key
 * @returns {number} -1 if there is none
 */
export function neighbour(boxes, from, key) {
  const [ux, uy] = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key];
  let [best, least] = [-1, Infinity];
  boxes.forEach((box, i) => {
    const [dx, dy] = [box.x - boxes[from].x, box.y - boxes[from].y];
    const along = dx * ux + dy * uy;
    const across = Math.abs(dx * uy) + Math.abs(dy * ux);
    const cost = along + 2 * across;
    if (i !== from && along > 0 && cost < least) [best, least] = [i, cost];
  });
  return best;
}
