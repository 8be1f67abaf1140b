// Fills the page, and keeps the place that is looked at in its address: #from=…&to=…&task=… (nanoseconds; the task's number).
const byId = id => document.getElementById(id);
const timeline = byId("timeline"), queues = byId("queues");
const percentiles = [["p50", "50"], ["p90", "90"], ["p99", "99"], ["p99.9", "99.9"], ["max", "max"]];

function draw() {
  drawTimeline(timeline);
  drawQueues(queues);
  byId("range").textContent = `${moment(view.from, (view.to - view.from) / 100)} – ${moment(view.to, (view.to - view.from) / 100)} (${time(view.to - view.from)})`;
}

let addressTimer = 0;
function keepAddress() {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => {
    const task = view.selected >= 0 ? `&task=${trace.tasks.subject[view.selected]}` : "";
    history.replaceState(null, "", `#from=${Math.round(view.from)}&to=${Math.round(view.to)}${task}`);
  }, 200);
}

function select(task) {
  view.selected = task;
  const tasks = trace.tasks, facts = [];
  const link = other => element("a", { href: "#", onclick: event => { event.preventDefault(); goTo(other); } }, `${trace.names[tasks.name[other]]} (${tasks.subject[other]})`);
  facts.push(["Task", `${trace.names[tasks.name[task]]} (${tasks.subject[task]}), ${tasks.state[task]}`]);
  if (tasks.place[task] > 0) facts.push(["Spawned by", trace.names[tasks.place[task]]]);
  facts.push([tasks.origin[task], tasks.cause[task] >= 0 ? link(tasks.cause[task]) : "from outside"]);
  if (tasks.wait[task] >= 0) facts.push(["Had waited", waitText(tasks.wait[task])]);
  facts.push(["Queued", `at ${time(tasks.queued[task])}${tasks.run[task] >= 0 ? `, for ${time(tasks.run[task] - tasks.queued[task])}` : ""}`]);
  if (tasks.run[task] >= 0) facts.push(["Ran", `${tasks.end[task] >= 0 ? `for ${time(tasks.end[task] - tasks.run[task])}` : "until the end of the trace"} on ${trace.tracks[tasks.runTrack[task]].name}`]);
  const effects = effectsOf(task);
  if (effects.length) facts.push(["Led to", element("span", {}, ...effects.slice(0, 20).flatMap((other, index) => index ? [", ", link(other)] : [link(other)]), effects.length > 20 ? ` and ${effects.length - 20} more` : "")]);
  byId("details").replaceChildren(element("dl", {}, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])));
  draw();
  keepAddress();
}

function goTo(task) {
  const tasks = trace.tasks, from = tasks.queued[task], to = tasks.end[task] >= 0 ? tasks.end[task] : tasks.run[task] >= 0 ? trace.length : from, room = Math.max((to - from) * 0.6, 2000);
  show(from - room, to + room);
  select(task);
}

function waitText(index) {
  const wait = trace.waits, end = wait.end[index];
  return `${time((end >= 0 ? end : trace.length) - wait.start[index])}${wait.on[index] ? ` on ${trace.names[wait.on[index]]}` : ""}${end >= 0 ? `, ended by ${wait.outcome[index]}` : ", still waits"}`;
}

function share(parts, total) {
  return element("span", { class: "share" }, ...parts.map(([value, name]) => element("i", { style: `width:${100 * value / total}%;background:var(--${name})` })));
}

function fillHistogram(latency) {
  const Wide = 900, High = 190, Base = 160, buckets = latency.buckets;
  if (!buckets.length) return byId("histogram").replaceChildren(element("p", { class: "hint" }, "Nothing was scheduled."));
  const first = Math.log2(buckets[0][0]), count = Math.log2(buckets.at(-1)[0]) - first + 1, most = Math.max(...buckets.map(one => one[1])), width = Math.min(60, Wide / count);
  const shapes = buckets.map(([floor, number]) => {
    const x = (Math.log2(floor) - first) * width, height = Math.max(1, (Base - 20) * number / most);
    return `<rect x="${x + 1}" y="${Base - height}" width="${width - 2}" height="${height}"><title>${time(floor)} to ${time(floor * 2)}: ${number}</title></rect><text x="${x + width / 2}" y="${Base - height - 4}" text-anchor="middle">${number}</text><text x="${x}" y="${Base + 15}">${time(floor)}</text>`;
  });
  byId("histogram").innerHTML = `<svg viewBox="0 0 ${Wide} ${High}" preserveAspectRatio="xMinYMid meet" role="img" aria-label="How many tasks waited for how long">${shapes.join("")}</svg>`;
}

function fillTables() {
  const summary = trace.summary;
  const latencies = [{ name: "all", ...summary.scheduling }, ...summary.origins];
  byId("latencies").replaceChildren(table([["queued by", one => one.name, one => one.name, true], ["count", one => one.count, one => String(one.count)], ...percentiles.map(([title, key]) => [title, one => one[key], one => time(one[key])])], latencies));
  byId("origin").replaceChildren(...latencies.map(one => element("option", {}, one.name)));
  byId("origin").addEventListener("change", event => fillHistogram(latencies[event.target.selectedIndex]));
  fillHistogram(latencies[0]);
  const states = one => [...one.states.map(([state, count]) => `${count} ${state}`), ...(one.waiting ? [`${one.waiting} waiting`] : [])].join(", ");
  byId("tasks").replaceChildren(table([
    ["method", one => one.name, one => one.name, true], ["spawned by", one => one.place, one => one.place || "–", true], ["turns", one => one.count, one => String(one.count)], ["state at the end", states, states, true],
    ["ran", one => one.ran, one => time(one.ran)], ["run p50", one => one.running["50"], one => time(one.running["50"])], ["run max", one => one.running.max, one => time(one.running.max)], ["queued p99", one => one.scheduling["99"], one => time(one.scheduling["99"])],
  ], summary.groups, one => goTo(trace.tasks.name.findIndex((name, task) => trace.names[name] === one.name && trace.names[trace.tasks.place[task]] === one.place))));
  byId("waits").replaceChildren(summary.waits.length ? table([
    ["waited", one => one.length, one => time(one.length)], ["who", one => one.task, one => one.task < 0 ? "a thread outside" : trace.names[trace.tasks.name[one.task]], true], ["on", one => one.on, one => one.on || "–", true],
    ["ended by", one => one.outcome, one => one.outcome || "still waits", true], ["woken by", one => one.waker, one => one.waker < 0 ? "–" : trace.names[trace.tasks.name[one.waker]], true],
  ], summary.waits, one => { show(one.start - one.length * 0.1, one.start + one.length * 1.1); if (one.task >= 0) select(one.task); }) : element("p", { class: "hint" }, "Nothing waited on a channel."));
  byId("threads").replaceChildren(table([
    ["thread", one => one.name, one => one.name, true], ["turns", one => one.turns, one => String(one.turns)], ["running", one => one.running, one => time(one.running)], ["searching", one => one.searching, one => time(one.searching)],
    ["asleep", one => one.parked, one => time(one.parked)], ["blocked", one => one.blocked, one => time(one.blocked)], ["share", one => one.running, one => share([[one.running, "accent"], [one.searching, "searching"], [one.parked, "parked"]], trace.length), true],
  ], summary.threads));
  byId("steals").replaceChildren(summary.steals.length ? table([
    ["thief", one => one.thief, one => one.thief, true], ["from worker", one => one.victim, one => String(one.victim)], ["steals", one => one.steals, one => String(one.steals)], ["items", one => one.items, one => String(one.items)],
  ], summary.steals) : element("p", { class: "hint" }, "Nothing was stolen."));
  const pauses = [["GC pauses", summary.pauses], ["Hiccups", summary.hiccups]].filter(([, one]) => one.count > 0);
  byId("pauses").replaceChildren(pauses.length ? table([["what", one => one[0], one => one[0], true], ["count", one => one[1].count, one => String(one[1].count)], ...percentiles.map(([title, key]) => [title, one => one[1][key], one => time(one[1][key])])], pauses) : element("p", { class: "hint" }, "None, or no pause meter ran."));
}

function fillLegends() {
  const entry = (background, text) => element("li", {}, element("i", { style: `background:${background}` }), text);
  byId("legend").replaceChildren(...trace.summary.groups.slice(0, 8).map(one => entry(taskColour(one.name), shortName(one.name))), entry("var(--blocked)", "blocked"), entry("var(--searching)", "searching"), entry("var(--parked)", "asleep"), entry("var(--pause)", "GC pause"), entry("var(--hiccup)", "hiccup"));
  byId("queue-legend").replaceChildren(...trace.queues.map(queue => entry(queueColour(queue), queue.track < 0 ? "global queue" : trace.tracks[queue.track].name)));
}

function readAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const from = Number(wanted.get("from") ?? NaN), to = Number(wanted.get("to") ?? NaN);
  const task = wanted.has("task") ? trace.tasks.subject.indexOf(Number(wanted.get("task"))) : -1;
  if (to > from) show(from, to);
  else if (task >= 0) goTo(task);
  if (task >= 0) select(task);
}

byId("title").textContent = trace.title;
byId("facts").textContent = `${time(trace.length)}, ${trace.events} events of ${trace.tracks.length} threads${trace.overwritten ? `; ${trace.overwritten} earlier ones were overwritten` : ""}`;
view.listeners.push(draw, keepAddress);
listen(timeline, byId("tip"));
byId("zoom-in").addEventListener("click", () => zoom(0.5));
byId("zoom-out").addEventListener("click", () => zoom(2));
byId("left").addEventListener("click", () => move(-0.25));
byId("right").addEventListener("click", () => move(0.25));
byId("all").addEventListener("click", () => show(0, trace.length));
byId("find").addEventListener("input", event => {
  const wanted = event.target.value.toLowerCase();
  view.found = wanted ? new Set(trace.names.map((name, index) => [name, index]).filter(([name]) => name.toLowerCase().includes(wanted)).map(([, index]) => index)) : null;
  draw();
});
isDark.addEventListener("change", () => { fillLegends(); draw(); });
addEventListener("resize", draw);
addEventListener("hashchange", readAddress);
fillTables();
fillLegends();
draw();
readAddress();
