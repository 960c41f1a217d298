/** Draws a comparison as a self-contained SVG: bars with the range of their rounds, or a line over time. */

const WIDTH = 760;
const LABEL = 300;
const ROW = 26;
const TOP = 44;
const INK = '#1f2328';
const FAINT = '#656d76';
const OURS = '#1f6feb';
const OTHERS = '#9aa4ae';

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const number = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3))));
const text = (x, y, words, { size = 12, fill = INK, anchor = 'start', weight = 'normal' } = {}) =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" text-anchor="${anchor}" font-weight="${weight}">${escaped(words)}</text>`;

export function drawComparison({ title, results, figures = [], samples }) {
  if (samples !== undefined) return drawLine(title, samples);
  if (results !== undefined) {
    const bars = results.map(({ name, perSecond, rounds }) => {
      const all = rounds.map((round) => round.perSecond);
      return { name, value: perSecond, low: Math.min(...all), high: Math.max(...all) };
    });
    const isReads = results.some(({ isEverywhere }) => isEverywhere);
    return drawBars(
      title,
      isReads ? latencies(results) : bars,
      isReads ? 'p99, ms; the line spans the rounds' : 'requests per second; the line spans the rounds',
    );
  }
  const bars = figures.map(({ name, unit, median, low, high }) => ({ name, value: median, low, high, unit }));
  return drawBars(
    title,
    bars.filter(({ unit }) => unit === 's'),
    'seconds; the line spans the interval of the rounds',
  );
}

function latencies(results) {
  return results.map(({ name, p99, rounds }) => {
    const all = rounds.map((round) => round.p99);
    return { name, value: p99, low: Math.min(...all), high: Math.max(...all) };
  });
}

function drawBars(title, bars, axis) {
  const most = Math.max(...bars.map(({ high }) => high), 1e-9);
  const scale = (value) => (value / most) * (WIDTH - LABEL - 90);
  const rows = bars.map(({ name, value, low, high }, index) => {
    const y = TOP + index * ROW;
    const middle = y + ROW / 2;
    const isOurs = /^Latchkey|^ready|@Authorized|^reads while/.test(name);
    const spread = `<path d="M${LABEL + scale(low)} ${middle}H${LABEL + scale(high)}" stroke="${INK}" stroke-width="1.5"/>`;
    return [
      text(LABEL - 8, middle + 4, name, { anchor: 'end', weight: isOurs ? 'bold' : 'normal' }),
      `<rect x="${LABEL}" y="${y + 5}" width="${Math.max(1, scale(value)).toFixed(1)}" height="${ROW - 10}" rx="2" fill="${isOurs ? OURS : OTHERS}"/>`,
      spread,
      text(LABEL + scale(high) + 8, middle + 4, number(value)),
    ].join('');
  });
  return frame(title, axis, rows.join('\n'), TOP + bars.length * ROW + 12);
}

function drawLine(title, samples) {
  const height = 260;
  const [left, right, bottom] = [60, WIDTH - 30, height - 40];
  const most = Math.max(...samples) * 1.1;
  const x = (index) => left + (index / Math.max(1, samples.length - 1)) * (right - left);
  const y = (value) => bottom - (value / most) * (bottom - TOP - 10);
  const points = samples.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const ticks = [0, 0.5, 1].map((share) => Math.round(most * share));
  const body = [
    ...ticks.map(
      (tick) =>
        `<path d="M${left} ${y(tick)}H${right}" stroke="#d8dee4"/>${text(left - 8, y(tick) + 4, String(tick), { anchor: 'end', fill: FAINT })}`,
    ),
    `<polyline points="${points}" fill="none" stroke="${OURS}" stroke-width="1.5"/>`,
    text(right, bottom + 22, `${samples.length} seconds`, { anchor: 'end', fill: FAINT }),
  ];
  return frame(title, 'resident MB, second by second', body.join('\n'), height);
}

function frame(title, axis, body, height) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" role="img" aria-label="${escaped(title)}">
<rect width="100%" height="100%" fill="#ffffff"/>
${text(16, 20, title, { size: 14, weight: 'bold' })}
${text(16, 36, axis, { size: 11, fill: FAINT })}
${body}
</svg>
`;
}
