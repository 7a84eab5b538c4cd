// json-rules-engine, timed inside Node: the worker protocol of bench/peers/worker.py, a JSON message a line.
import { Engine } from "json-rules-engine";
import { createInterface } from "node:readline";

let engine, requests, first, at = 0;
let hits = [];

function build({ data, hit }) {
  first = hit === "first";
  requests = data.requests;
  engine = new Engine([], { allowUndefinedFacts: false });
  data.rows.forEach((row, number) => {
    const all = data.columns.flatMap(({ name, kind }, i) => {
      if (kind === "text") return [{ fact: name, operator: "equal", value: row[i] }];
      const [low, lowClosed, high, highClosed] = row[i];
      return [
        { fact: name, operator: lowClosed ? "greaterThanInclusive" : "greaterThan", value: low },
        { fact: name, operator: highClosed ? "lessThanInclusive" : "lessThan", value: high },
      ];
    });
    engine.addRule({
      conditions: { all },
      event: { type: "hit", params: { row: number } },
      // Rules of one priority run side by side; the first hit needs an order.
      priority: first ? data.rows.length - number : 1,
    });
  });
  engine.on("success", (event) => {
    hits.push(event.params.row);
    if (first) engine.stop();
  });
  return {};
}

async function decide(request) {
  hits = [];
  await engine.run(request);
  return hits;
}

async function answers({ seconds }) {
  const end = performance.now() + seconds * 1000;
  const found = [];
  for (const request of requests) {
    found.push([...(await decide(request))].sort((a, b) => a - b));
    if (performance.now() > end) break;
  }
  requests = requests.slice(0, found.length);
  return { answers: found };
}

async function time({ seconds }) {
  const samples = [];
  const end = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9));
  const before = process.cpuUsage();
  for (let now = 0n; now < end; ) {
    const request = requests[at++ % requests.length];
    const started = process.hrtime.bigint();
    await decide(request);
    now = process.hrtime.bigint();
    samples.push(Number(now - started));
  }
  const used = process.cpuUsage(before);
  return { samples, cpu: (used.user + used.system) * 1000 };
}

const calls = { build, answers, time };
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  let reply;
  try {
    const started = performance.now();
    const found = await calls[message.do](message);
    reply = { ok: { took: (performance.now() - started) / 1000, ...found } };
  } catch (error) {
    reply = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(reply) + "\n");
}
