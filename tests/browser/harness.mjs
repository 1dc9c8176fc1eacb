// A real hookglass on a port of its own, a real Chromium, and a page that is signed in. Whatever goes wrong in a page
// (CSP violations, console errors, exceptions, failed requests) fails the test it happened in.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test as nodeTest } from 'node:test';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BINARY = process.env.HOOKGLASS_BINARY ?? join(ROOT, 'target/debug/hookglass');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
/** Longer than any step takes; reaching it is a failure. */
const PATIENCE_MS = 15_000;

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** The headers that systeme.io's rules send. */
export const SYSTEME_IO = {
  'User-Agent': 'Symfony HttpClient (Curl)', Accept: 'application/json', 'Content-Type': 'application/json',
};

/** @returns {Promise<[string, Buffer][]>} the eleven payloads of systeme.io, by name */
export async function systemeSamples() {
  const folder = join(ROOT, 'src/senders/catalog/samples/systeme-io');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => [name.slice(0, -5), await readFile(join(folder, name))]));
}

/** @param {string} name */
export async function systemeSample(name) {
  const found = (await systemeSamples()).find(([own]) => own === name);
  assert.ok(found, `there is no sample ${name}`);
  return found[1];
}

export class Server {
  /** @param {string[]} args */
  static async start(args = []) {
    const folder = await mkdtemp(join(tmpdir(), 'hookglass-browser-'));
    const server = new Server(folder, args);
    await server.launch(0);
    return server;
  }

  constructor(folder, args) {
    this.folder = folder;
    this.args = args;
    this.agent = new http.Agent({ keepAlive: true });
  }

  async launch(port) {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HOOKGLASS_')));
    this.process = spawn(BINARY, [
      '--listen', `127.0.0.1:${port}`, '--db', join(this.folder, 'hooks.db'), '--min-free', '0', ...this.args,
    ], { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.output = '';
    this.ended = once(this.process, 'exit');
    this.process.stdout.on('data', (data) => { this.output += data; });
    this.process.stderr.on('data', (data) => { this.output += data; });
    const found = await until(() => {
      assert.equal(this.process.exitCode, null, `hookglass ended at its start:\n${this.output}`);
      return /listening on 127\.0\.0\.1:(\d+)[^]*?Database/.exec(this.output);
    }, 'the server says where it listens');
    this.port = Number(found[1]);
    this.url = `http://127.0.0.1:${this.port}`;
    // The link that a person would click.
    this.login = /http:\/\/\S+\/-\/login\?code=\S+/.exec(this.output)?.[0] ?? '';
  }

  async stop() {
    this.agent.destroy();
    this.agent = new http.Agent({ keepAlive: true });
    if (this.process.exitCode !== null) return;
    this.process.kill('SIGTERM');
    const [code] = await this.ended;
    assert.equal(code, 0, `hookglass did not end well:\n${this.output}`);
  }

  /** The same port and database, another process. */
  async restart() {
    await this.stop();
    await this.launch(this.port);
  }

  async remove() {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** @returns {Promise<{ status: number, text: string }>} */
  send(path, body = '', headers = {}, method = 'POST') {
    return new Promise((done, fail) => {
      const data = Buffer.isBuffer(body) ? body : Buffer.from(body);
      const request = http.request(`${this.url}/`, {
        method, path, agent: this.agent, headers: { 'Content-Length': data.length, ...headers },
      }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => done({ status: response.statusCode, text: Buffer.concat(parts).toString() }));
      });
      request.on('error', fail);
      request.end(data);
    });
  }

  /** Sends JSON, and holds that it was stored. */
  async post(path, body, headers = {}) {
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const answer = await this.send(path, text, { 'Content-Type': 'application/json', ...headers });
    assert.equal(answer.status, 200, answer.text);
  }

  /** Bytes on the wire, for what no HTTP library would send. */
  async sendRaw(bytes) {
    const socket = net.connect(this.port, '127.0.0.1');
    await once(socket, 'connect');
    let answer = '';
    socket.on('data', (data) => { answer += data.toString('latin1'); });
    socket.write(bytes);
    await until(() => answer.includes('\r\n\r\n'), 'an answer to raw bytes');
    socket.destroy();
    return answer;
  }
}

/**
 * Waits for a condition.
 * @template T
 * @param {() => T | Promise<T>} condition
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(condition, what = 'a condition', patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) assert.fail(`waited in vain for: ${what}`);
    await new Promise((done) => { setTimeout(done, 10); });
  }
}

let browser;
/** One browser for all tests of a file. */
export async function theBrowser() {
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  return browser;
}
after(async () => browser?.close());

/** A browser profile of its own, whose pages are watched. */
export class Visitor {
  constructor(server, allowed) {
    this.server = server;
    this.allowed = allowed;
    this.problems = [];
    this.dialogs = [];
  }

  async open(options = {}) {
    this.context = await (await theBrowser()).newContext({ viewport: WIDE, locale: 'en-GB', timezoneId: 'UTC', ...options });
    this.context.setDefaultTimeout(PATIENCE_MS);
    await this.context.exposeBinding('reportProblem', (_, text) => { this.note(text); });
    await this.context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        globalThis.reportProblem(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    this.context.on('page', (page) => this.watch(page));
    return this;
  }

  note(text) {
    if (!this.allowed.some((pattern) => pattern.test(text))) this.problems.push(text);
  }

  watch(page) {
    page.on('console', (message) => { if (message.type() === 'error') this.note(`console: ${message.text()}`); });
    page.on('pageerror', (error) => this.note(`exception: ${error.stack ?? error}`));
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      // A page that is left gives up its stream, and a download is no page: neither is a failure.
      if (why !== 'net::ERR_ABORTED') this.note(`request: ${why} ${request.method()} ${request.url()}`);
    });
    page.on('dialog', (dialog) => { this.dialogs.push(dialog.message()); void dialog.dismiss(); });
  }

  /** By the link that the server printed. */
  async signIn(next = '') {
    const page = await this.context.newPage();
    await page.goto(this.server.login);
    if (next) await page.goto(this.server.url + next);
    return page;
  }

  async go(page, path) {
    return page.goto(this.server.url + path);
  }

  check() {
    assert.deepEqual(this.problems, [], 'nothing goes wrong in any page');
    assert.deepEqual(this.dialogs, [], 'no page opens a dialog');
  }
}

/**
 * A test with a server and a visitor. Options: `args` for hookglass, `context` for the browser's profile, `allowed` for
 * problems that the test provokes, `signIn: false`.
 */
export function test(name, options, body) {
  if (typeof options === 'function') [options, body] = [{}, options];
  nodeTest(name, { timeout: options.timeout ?? 60_000 }, async (t) => {
    const server = await Server.start(options.args);
    const visitor = await new Visitor(server, options.allowed ?? []).open(options.context);
    try {
      const page = options.signIn === false ? await visitor.context.newPage() : await visitor.signIn();
      await body({ t, server, visitor, page, context: visitor.context, go: (path) => visitor.go(page, path) });
      visitor.check();
    } finally {
      await visitor.context.close();
      await server.remove();
    }
  });
}

/** The page hears of arrivals. */
export const isLive = (page) => page.waitForSelector('#live[data-state="live"]');

/** Waits for so many rows in the list. */
export const rowsAre = (page, count) => page.waitForFunction(
  (wanted) => document.querySelectorAll('#rows li[data-id]').length === wanted, count,
);

/** What stands in the rows, by the words of one part of each. */
export const inRows = (page, part) => page.$$eval(`#rows .row ${part}`, (all) => all.map((one) => one.textContent));

/** Opens the newest request and waits for its detail. */
export const titleOf = (page) => page.$eval('#title', (title) => title.textContent.replace(/\s+/g, ' ').trim());

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
