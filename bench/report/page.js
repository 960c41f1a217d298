/** Composes docs/benchmarks.md: the goals first, then each comparison with its tables. */

const VERDICTS = { met: 'met', missed: '**missed**', open: 'open: the rounds disagree', disturbed: 'open: disturbed by other programs' };
const FIGURES = { perSecond: 'requests/s', cpuMicros: 'CPU per request', p50: 'p50', p99: 'p99' };

const digits = (value, count = 3) => {
  if (value === undefined || value === null || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  return size >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(count)));
};
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (headings, rows) => [row(headings), `|${headings.map(() => '---|').join('')}`, ...rows.map(row)].join('\n');
const goalText = ({ atLeast, atMost }) => (atLeast === undefined ? `≤ ${digits(atMost)}` : `≥ ${digits(atLeast)}`);
const span = ({ low, high }, unit = '') => (low === high ? '' : `${digits(low)}–${digits(high)}${unit}`);
const ENOUGH = 0.95;
const verdictOf = ({ verdict, confidence = 1 }) =>
  `${VERDICTS[verdict]}${confidence < ENOUGH && verdict !== 'disturbed' ? ` (${Math.round(confidence * 100)} % sure)` : ''}`;
const sureness = ({ confidence }) => (confidence === undefined ? '' : `${Math.round(confidence * 100)} %`);

export function composePage(report) {
  const parts = [INTRODUCTION, goalsOf(report)];
  for (const [name, found] of Object.entries(report)) {
    parts.push(`## ${found.title}`, conditionsOf(found), `![${found.title}](benchmarks/${name}.svg)`, tablesOf(found));
  }
  return `${parts.join('\n\n')}\n`;
}

export function printComparison(found) {
  return `\n${found.title}\n${conditionsOf(found)}\n\n${tablesOf(found)}\n`;
}

const INTRODUCTION = `# Benchmarks

\`npm run bench\` writes this page in about a quarter of an hour. \`-- --quick\` takes a few minutes, \`-- --only authorized,login\` measures a part, and \`-- --minutes 10\` adds the memory under load. Each server runs on one core, the load generator (autocannon) on another.

Figures of one machine say little about another; **ratios within one run** say more. The contenders take turns, and the order is reversed in every second round. A ratio is computed for each round. The tables show the median, and an interval that contains the true median with the stated confidence.
A goal inside that interval is *open*: the rounds disagree too much for a conclusion. A round in which other programs used more than 5 % of the server's core is measured again, a few times. If half of the rounds stay disturbed, the server is marked ‡.

Before each round every server must give the right answer. A server that authenticates must also refuse a token that was revoked a moment before, and a request without a token. Peers run with \`NODE_ENV=production\`; the tables say what each one checks.
All of them are in \`bench/peers\`, and none does less than its row says. A server that was idle at times while the load generator was busy could have answered more: it is marked †. Servers with either mark are compared by CPU per request, which depends least on other programs. Where that does not decide, the goal stays open.`;

function goalsOf(report) {
  const rows = Object.values(report).flatMap(({ title, ratios = [], figures = [] }) => [
    ...ratios
      .filter(({ goal }) => goal)
      .map((ratio) => [title, `${ratio.of} : ${ratio.against}`, goalText(ratio.goal), digits(ratio.median), span(ratio), verdictOf(ratio)]),
    ...figures
      .filter(({ goal }) => goal)
      .map((figure) => [
        title,
        figure.name,
        `${goalText(figure.goal)} ${figure.unit}`,
        `${digits(figure.median)} ${figure.unit}`,
        span(figure),
        verdictOf(figure),
      ]),
  ]);
  return `## Goals\n\n${table(['comparison', 'what', 'goal', 'measured', 'interval', ''], rows)}`;
}

function conditionsOf({ asked, measuredAt, commit, isQuick, plan, machine }) {
  const { processor, cores, node, isPinned, loadBefore } = machine;
  const where = `${node}, ${cores} × ${processor}${isPinned ? '' : ', nothing pinned to a core'}, load before ${loadBefore}`;
  const how = `${plan.rounds} rounds${isQuick ? ' (`--quick`)' : ''}`;
  return `Asked: ${asked}.\n\n${measuredAt.slice(0, 16).replace('T', ' ')} UTC, ${commit}, ${how}; ${where}.`;
}

function tablesOf({ results = [], ratios = [], figures = [], notes = [] }) {
  const parts = [];
  if (results.length > 0)
    parts.push(table(['server', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', 'resident MB', 'looks at'], results.map(resultRow)));
  if (ratios.length > 0)
    parts.push(table(['ratio', 'of', 'median', 'interval', 'sure', 'goal', '', 'by CPU per request'], ratios.map(ratioRow)));
  if (figures.length > 0) parts.push(table(['figure', 'median', 'interval', 'sure', 'goal', ''], figures.map(figureRow)));
  const noise = noiseOf(results, ratios);
  return [...parts, ...notes, ...(noise === '' ? [] : [noise])].join('\n\n');
}

function resultRow({ name, what, perSecond, p50, p99, cpuMicros, residentMb, isUnderasked, isDisturbed }) {
  const cells = [perSecond, p50, p99, cpuMicros, residentMb].map((figure) => digits(figure));
  return [`${name}${isUnderasked ? ' †' : ''}${isDisturbed ? ' ‡' : ''}`, ...cells, what];
}

function ratioRow(ratio) {
  const { of, against, figure, isInstead, median, isWide, byCpu, goal, verdict } = ratio;
  return [
    `${of} : ${against}`,
    isInstead ? `${FIGURES[figure]} instead` : FIGURES[figure],
    digits(median),
    `${span(ratio)}${isWide ? ' (wide)' : ''}`,
    sureness(ratio),
    goal ? goalText(goal) : '',
    verdict ? verdictOf(ratio) : '',
    Number.isFinite(byCpu?.median) ? `${digits(byCpu.median)} (${span(byCpu)})` : '–',
  ];
}

function figureRow(figure) {
  const { name, unit, median, goal, verdict } = figure;
  return [
    name,
    `${digits(median)} ${unit}`,
    span(figure),
    sureness(figure),
    goal ? `${goalText(goal)} ${unit}` : '',
    verdict ? verdictOf(figure) : '',
  ];
}

function noiseOf(results, ratios) {
  const repeated = results.reduce((sum, result) => sum + result.repeated, 0);
  const wide = ratios.filter(({ isWide }) => isWide).length;
  return [
    repeated > 0 ? `${repeated} rounds were measured again because other programs used the same core.` : '',
    wide > 0
      ? `${wide} of ${ratios.length} ratios are wide: their rounds differ by more than 30 %, too much for small differences. Measure again on a quieter machine.`
      : '',
  ]
    .filter(Boolean)
    .join(' ');
}
