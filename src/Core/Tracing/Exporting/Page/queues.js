// How many items waited where: a step line for each queue, over the same time as the timeline.
const QueueHeight = 110;
const queueColour = queue => queue.track < 0 ? colour("text") : `hsl(${(trace.queues.indexOf(queue) * 137 + 70) % 360} 65% ${isDark.matches ? 62 : 42}%)`;

function drawQueues(canvas) {
  const [context, width] = prepare(canvas, QueueHeight), perNanosecond = scale(width);
  const most = Math.max(1, ...trace.queues.map(queue => queue.most));
  const y = length => QueueHeight - 6 - (QueueHeight - 20) * length / most;
  context.strokeStyle = colour("line");
  context.fillStyle = colour("dim");
  for (const mark of [0, most]) {
    context.beginPath();
    context.moveTo(NameWidth, y(mark));
    context.lineTo(width, y(mark));
    context.stroke();
    context.fillText(mark, NameWidth - 40, y(mark));
  }
  for (const queue of trace.queues) {
    context.strokeStyle = queueColour(queue);
    context.beginPath();
    let low = 0, high = queue.values.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (queue.values[middle * 2] < view.from) low = middle + 1; else high = middle;
    }
    let last = low > 0 ? queue.values[low * 2 - 1] : 0, lastX = NameWidth, top = last, bottom = last;
    context.moveTo(NameWidth, y(last));
    for (let i = low * 2; i < queue.values.length && queue.values[i] <= view.to; i += 2) {
      const x = NameWidth + (queue.values[i] - view.from) * perNanosecond, length = queue.values[i + 1];

      // Of those that fall on one pixel, the highest and the lowest are seen.
      if (x - lastX >= 1) {
        for (const [at, height] of [[lastX, top], [lastX, bottom], [lastX, last], [x, last], [x, length]]) context.lineTo(at, y(height));
        lastX = x;
        top = bottom = length;
      }
      top = Math.max(top, length);
      bottom = Math.min(bottom, length);
      last = length;
    }
    for (const [at, height] of [[lastX, top], [lastX, bottom], [lastX, last], [width, last]]) context.lineTo(at, y(height));
    context.stroke();
  }
}
