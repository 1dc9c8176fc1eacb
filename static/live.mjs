// News of arrivals. All tabs of a browser share one stream, because a browser opens only six connections
// to a host: the tab that holds the lock listens and tells the others. Without locks (plain http on a
// network is no secure context) each tab listens for itself, while it is looked at.

const LOCK = 'hookglass-live';
const STREAM = '/-/live?path=';
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];

/** @typedef {'connecting' | 'live' | 'reconnecting' | 'paused'} State */
/** @typedef {{ added: (path: string) => void, marked: () => void, state: (state: State) => void, catchUp: () => void }} Hearers */

/**
 * Listens until the page goes away, and again when it comes back.
 * @param {string} path the path that the page is about
 * @param {Hearers} hearers
 */
export function listen(path, hearers) {
  let stop = start(path, hearers);
  addEventListener('pagehide', () => stop());
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    stop = start(path, hearers);
    hearers.catchUp();
  });
}

/**
 * @param {string} path
 * @param {Hearers} hearers
 * @returns {() => void} stops
 */
function start(path, hearers) {
  return navigator.locks && globalThis.BroadcastChannel ? share(hearers) : listenAlone(path, hearers);
}

/** @param {Hearers} hearers */
function share(hearers) {
  const end = new AbortController();
  const channel = new BroadcastChannel(LOCK);
  /** @type {State} */
  let state = 'connecting';
  let leads = false;
  /** @param {{ added?: string, marked?: true, state?: State, asks?: boolean }} news */
  const take = (news) => {
    if (news.added !== undefined) hearers.added(news.added);
    if (news.marked) hearers.marked();
    if (news.state) {
      const back = news.state === 'live' && state !== 'live';
      state = news.state;
      hearers.state(state);
      if (back) hearers.catchUp();
    }
    if (news.asks && leads) channel.postMessage({ state });
  };
  /** @param {{ added?: string, marked?: true, state?: State }} news */
  const tell = (news) => {
    take(news);
    channel.postMessage(news);
  };
  channel.onmessage = (message) => take(message.data);
  channel.postMessage({ asks: true });
  navigator.locks.request(LOCK, { signal: end.signal }, () => {
    leads = true;
    const close = stream('/', (added) => tell({ added }), () => tell({ marked: true }), (next) => tell({ state: next }));
    return new Promise((done) => {
      end.signal.addEventListener('abort', () => { close(); done(undefined); });
    });
  }).catch(() => { /* stopped while it waited for its turn */ });
  return () => {
    end.abort();
    channel.close();
  };
}

/**
 * @param {string} path
 * @param {Hearers} hearers
 */
function listenAlone(path, hearers) {
  let close = () => {};
  const open = () => {
    close = stream(path, hearers.added, hearers.marked, (state) => {
      hearers.state(state);
      if (state === 'live') hearers.catchUp();
    });
  };
  const turn = () => {
    close();
    if (document.hidden) hearers.state('paused');
    else open();
  };
  document.addEventListener('visibilitychange', turn);
  turn();
  return () => {
    document.removeEventListener('visibilitychange', turn);
    close();
  };
}

/**
 * One connection to the server, opened again whenever it ends.
 * @param {string} path
 * @param {(path: string) => void} added
 * @param {() => void} marked
 * @param {(state: State) => void} told
 * @returns {() => void} closes it
 */
function stream(path, added, marked, told) {
  /** @type {EventSource | undefined} */
  let source;
  /** @type {number | undefined} */
  let timer;
  let failures = 0;
  const open = () => {
    source = new EventSource(STREAM + encodeURIComponent(path));
    source.onopen = () => {
      failures = 0;
      told('live');
    };
    source.addEventListener('added', (event) => {
      const news = JSON.parse(event.data);
      if (typeof news.path === 'string') added(news.path);
    });
    source.addEventListener('marked', marked);
    // News that this page was too slow for.
    source.addEventListener('missed', () => added(path));
    source.onerror = () => {
      told('reconnecting');
      // The browser's own pause between tries is long and fixed.
      source?.close();
      clearTimeout(timer);
      timer = setTimeout(open, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
      failures += 1;
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
