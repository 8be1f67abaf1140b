// The part of the trace in view, and the canvas that shows it. Spans of a track are in the order of their starts, inner after
// outer; depth says how many they lie in.
const RowHeight = 18, TrackGap = 6, AxisHeight = 22, NameWidth = 190, Kinds = ["Task", "Blocked", "Searching", "Parked", "Pause", "Hiccup"];
const view = { from: 0, to: trace.length, selected: -1, found: null, listeners: [] };

const tracks = trace.tracks.map((track, index) => {
  const spans = [];
  const open = [];
  let depth = 0;
  for (let i = 0; i < track.spans.length; i += 4) {
    const [start, length, kind, task] = track.spans.slice(i, i + 4);
    while (open.length && open.at(-1) <= start) open.pop();
    spans.push({ start, end: start + length, kind: Kinds[kind], task, depth: open.length, track: index });
    depth = Math.max(depth, open.length);
    open.push(start + length);
  }
  const longest = spans.reduce((most, span) => Math.max(most, span.end - span.start), 0);
  const marks = [];
  for (let i = 0; i < track.marks.length; i += 3) marks.push({ at: track.marks[i], step: track.marks[i + 1], subject: track.marks[i + 2] });
  return { name: track.name, spans, marks, depth, longest, top: 0 };
}).map((track, index) => ({ ...track, index })).filter(track => track.spans.length + track.marks.length > 0).sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
let bottom = AxisHeight;
for (const track of tracks) {
  track.top = bottom;
  bottom += (track.depth + 1) * RowHeight + TrackGap;
}
const rowOf = new Map(tracks.map(track => [track.index, track]));

function show(from, to) {
  const length = Math.min(Math.max(to - from, 50), trace.length);
  view.from = Math.min(Math.max(from, 0), trace.length - length);
  view.to = view.from + length;
  for (const listener of view.listeners) listener();
}

function zoom(factor, at = (view.from + view.to) / 2) {
  show(at - (at - view.from) * factor, at + (view.to - at) * factor);
}

function move(share) {
  const step = (view.to - view.from) * share;
  show(view.from + step, view.to + step);
}

// The first span that may reach into the view: none is longer than the longest.
function firstIn(track, from) {
  let low = 0, high = track.spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (track.spans[middle].start < from - track.longest) low = middle + 1; else high = middle;
  }
  return low;
}

function spanName(span) {
  return span.kind === "Task" ? trace.names[trace.tasks.name[span.task]] : { Blocked: "blocked", Searching: "searching", Parked: "asleep", Pause: "GC pause", Hiccup: "hiccup" }[span.kind];
}

function spanColour(span) {
  if (span.kind === "Task") return taskColour(spanName(span));
  return colour({ Blocked: "blocked", Searching: "searching", Parked: "parked", Pause: "pause", Hiccup: "hiccup" }[span.kind]);
}

// Fits a canvas to its place and gives a context that draws in CSS pixels.
function prepare(canvas, height) {
  const ratio = devicePixelRatio || 1, width = canvas.clientWidth;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.clearRect(0, 0, width, height);
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  return [context, width];
}

function scale(width) {
  return (width - NameWidth) / (view.to - view.from);
}

function drawAxis(context, width, height) {
  const target = (view.to - view.from) / Math.max(2, (width - NameWidth) / 110), power = 10 ** Math.floor(Math.log10(target));
  const step = [1, 2, 5, 10].map(one => one * power).find(one => one >= target);
  context.fillStyle = colour("dim");
  context.strokeStyle = colour("line");
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
    const x = NameWidth + (at - view.from) * scale(width);
    context.beginPath();
    context.moveTo(x, AxisHeight - 6);
    context.lineTo(x, height);
    context.stroke();
    context.fillText(moment(at, step), x + 3, 9);
  }
}

function drawTimeline(canvas) {
  const [context, width] = prepare(canvas, bottom + 4), perNanosecond = scale(width);
  drawAxis(context, width, bottom);
  for (const track of tracks) {
    const lastX = [];
    context.save();
    context.beginPath();
    context.rect(NameWidth, track.top, width - NameWidth, bottom);
    context.clip();
    for (let i = firstIn(track, view.from); i < track.spans.length && track.spans[i].start <= view.to; i++) {
      const span = track.spans[i];
      if (span.end < view.from) continue;
      const x = NameWidth + (span.start - view.from) * perNanosecond, wide = (span.end - span.start) * perNanosecond;
      if (x + wide < lastX[span.depth] + 0.5) continue;
      lastX[span.depth] = x + Math.max(wide, 1);
      drawSpan(context, span, x, Math.max(wide, 1), track.top + span.depth * RowHeight, perNanosecond);
    }
    drawMarks(context, track, perNanosecond);
    context.restore();
    context.fillStyle = colour("text");
    context.fillText(track.name.length > 30 ? `${track.name.slice(0, 29)}…` : track.name, 6, track.top + RowHeight / 2, NameWidth - 12);
  }
  drawPauses(context, width, perNanosecond);
  drawArrows(context, width, perNanosecond);
}

function drawSpan(context, span, x, wide, y) {
  const isDim = view.found && !(span.kind === "Task" && view.found.has(trace.tasks.name[span.task]));
  context.globalAlpha = isDim ? 0.2 : 1;
  context.fillStyle = spanColour(span);
  context.fillRect(x, y + 1, wide, RowHeight - 2);
  if (span.kind === "Task" && span.task === view.selected) {
    context.strokeStyle = colour("text");
    context.lineWidth = 2;
    context.strokeRect(x, y + 1, wide, RowHeight - 2);
    context.lineWidth = 1;
  }
  if (wide > 34) {
    const shown = Math.max(x, NameWidth), room = x + wide - shown - 8;
    context.save();
    context.beginPath();
    context.rect(shown, y, Math.max(room + 4, 0), RowHeight);
    context.clip();
    context.fillStyle = span.kind === "Parked" || span.kind === "Searching" ? colour("dim") : colour("text");
    context.fillText(shortName(spanName(span)), shown + 4, y + RowHeight / 2 + 0.5);
    context.restore();
  }
  context.globalAlpha = 1;
}

function firstMark(marks, from) {
  let low = 0, high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (marks[middle].at < from) low = middle + 1; else high = middle;
  }
  return low;
}

// The steps of a thread that has no spans, such as a reactor; their names where there is room.
function drawMarks(context, track, perNanosecond) {
  let lastX = -1;
  for (let i = firstMark(track.marks, view.from); i < track.marks.length && track.marks[i].at <= view.to; i++) {
    const x = NameWidth + (track.marks[i].at - view.from) * perNanosecond;
    if (x < lastX + 1) continue;
    lastX = x;
    const name = trace.steps[track.marks[i].step], room = (i + 1 < track.marks.length ? (track.marks[i + 1].at - track.marks[i].at) * perNanosecond : 200) - 6;
    context.fillStyle = taskColour(name.split(":")[0]);
    context.fillRect(x, track.top + 2, 2, RowHeight - 4);
    if (room < 60) continue;
    context.fillStyle = colour("dim");
    context.fillText(name, x + 5, track.top + RowHeight / 2, room);
  }
}

function markAt(canvas, x, y) {
  const track = tracks.find(one => y >= one.top && y < one.top + RowHeight);
  if (!track || !track.marks.length || x < NameWidth) return null;
  const perNanosecond = scale(canvas.clientWidth), at = view.from + (x - NameWidth) / perNanosecond, next = firstMark(track.marks, at);
  const near = [next - 1, next].map(index => track.marks[index]).filter(mark => mark && Math.abs(mark.at - at) * perNanosecond < 4);
  return near.sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0] ?? null;
}

function shortName(name) {
  return name.replace(/^.*[.+](?=[^.+]+[.+][^.+]+$)/, "");
}

// A collection stops every thread: it is seen on all of them.
function drawPauses(context, width, perNanosecond) {
  context.fillStyle = colour("pause");
  context.globalAlpha = 0.15;
  for (const track of tracks) {
    for (const span of track.spans) {
      if (span.kind !== "Pause" || span.end < view.from || span.start > view.to) continue;
      const x = Math.max(NameWidth, NameWidth + (span.start - view.from) * perNanosecond);
      context.fillRect(x, AxisHeight, Math.max(1, NameWidth + (span.end - view.from) * perNanosecond - x), bottom - AxisHeight);
    }
  }
  context.globalAlpha = 1;
}

// From where the chosen task was spawned or woken to its run, and from it to what it spawned and woke.
function drawArrows(context, width, perNanosecond) {
  if (view.selected < 0) return;
  const related = [view.selected, ...effectsOf(view.selected)].filter(task => trace.tasks.run[task] >= 0);
  context.strokeStyle = context.fillStyle = colour("accent");
  context.lineWidth = 1.5;
  for (const task of related.slice(0, 200)) {
    const from = rowOf.get(trace.tasks.queuedTrack[task]), to = rowOf.get(trace.tasks.runTrack[task]);
    if (!to) continue;
    const x1 = NameWidth + (trace.tasks.queued[task] - view.from) * perNanosecond, x2 = NameWidth + (trace.tasks.run[task] - view.from) * perNanosecond;
    const y1 = (from ? from.top : AxisHeight - 8) + RowHeight / 2, y2 = to.top + RowHeight / 2, bend = Math.max(18, Math.abs(x2 - x1) / 3);
    if (Math.max(x1, x2) < NameWidth || Math.min(x1, x2) > width) continue;
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1 + bend, y1 - (y1 === y2 ? 24 : 0), x2 - bend, y2 - (y1 === y2 ? 24 : 0), x2, y2);
    context.stroke();
    context.beginPath();
    context.moveTo(x2, y2);
    context.lineTo(x2 - 7, y2 - 4);
    context.lineTo(x2 - 7, y2 + 4);
    context.fill();
  }
  context.lineWidth = 1;
}

let effects = null;
function effectsOf(task) {
  if (!effects) {
    effects = new Map();
    trace.tasks.cause.forEach((cause, index) => { if (cause >= 0) effects.has(cause) ? effects.get(cause).push(index) : effects.set(cause, [index]); });
  }
  return effects.get(task) ?? [];
}

// The innermost span at a place of the canvas.
function spanAt(canvas, x, y) {
  const track = tracks.find(one => y >= one.top && y < one.top + (one.depth + 1) * RowHeight);
  if (!track || x < NameWidth) return null;
  const depth = Math.floor((y - track.top) / RowHeight), perNanosecond = scale(canvas.clientWidth), at = view.from + (x - NameWidth) / perNanosecond, near = 2 / perNanosecond;
  let best = null;
  for (let i = firstIn(track, at - near); i < track.spans.length && track.spans[i].start <= at + near; i++) {
    const span = track.spans[i];
    if (span.depth !== depth || span.end < at - near) continue;
    if (!best || (span.start <= at && span.end >= at)) best = span;
  }
  return best;
}

function listen(canvas, tip) {
  let dragged = null;
  const place = event => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  canvas.addEventListener("wheel", event => {
    event.preventDefault();
    const [x] = place(event);
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) move(Math.sign(event.deltaX || event.deltaY) * 0.1);
    else zoom(event.deltaY > 0 ? 1.25 : 0.8, view.from + Math.max(0, x - NameWidth) / scale(canvas.clientWidth));
  }, { passive: false });
  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    dragged = { x: event.clientX, from: view.from, to: view.to, moved: false };
  });
  canvas.addEventListener("pointermove", event => {
    if (dragged) {
      const by = (dragged.x - event.clientX) / scale(canvas.clientWidth);
      dragged.moved ||= Math.abs(dragged.x - event.clientX) > 3;
      if (dragged.moved) show(dragged.from + by, dragged.to + by);
      return;
    }
    const [x, y] = place(event), span = spanAt(canvas, x, y), mark = span ? null : markAt(canvas, x, y);
    tip.hidden = !span && !mark;
    if (tip.hidden) return;
    tip.textContent = mark ? `${trace.steps[mark.step]} · subject ${mark.subject} · at ${time(mark.at)}` : `${spanName(span)} · ${time(span.end - span.start)}${span.task >= 0 ? ` · waited ${time(trace.tasks.run[span.task] - trace.tasks.queued[span.task])}` : ""}`;
    tip.style.left = `${Math.min(x + 12, canvas.clientWidth - 260)}px`;
    tip.style.top = `${y + 14}px`;
  });
  canvas.addEventListener("pointerup", event => {
    const wasDragged = dragged?.moved;
    dragged = null;
    const [x, y] = place(event), span = spanAt(canvas, x, y);
    if (!wasDragged && span && span.task >= 0) select(span.task);
  });
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  canvas.addEventListener("dblclick", event => {
    const [x, y] = place(event), span = spanAt(canvas, x, y);
    if (span) show(span.start - (span.end - span.start) / 2, span.end + (span.end - span.start) / 2);
  });
  const keys = { "+": () => zoom(0.7), "=": () => zoom(0.7), "-": () => zoom(1 / 0.7), ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2), 0: () => show(0, trace.length) };
  canvas.addEventListener("keydown", event => {
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}
