// Turns the server's UTC times into the reader's own, days between rows included.

const lang = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const full = new Intl.DateTimeFormat(lang, {
  day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit',
  fractionalSecondDigits: 3, hourCycle: 'h23',
});
const zoned = new Intl.DateTimeFormat(lang, { dateStyle: 'full', timeStyle: 'long' });
const longDay = new Intl.DateTimeFormat(lang, { weekday: 'long', day: 'numeric', month: 'long' });
const ages = new Intl.RelativeTimeFormat(lang, { numeric: 'auto', style: 'short' });
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [['year', 31_557_600], ['month', 2_629_800], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]];

/**
 * Localises all times below `root`.
 * @param {ParentNode} root
 */
export function localise(root) {
  for (const time of root.querySelectorAll('time[data-time]')) {
    if (!(time instanceof HTMLTimeElement)) continue;
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    if (time.dataset.time === 'clock') {
      time.textContent = clock.format(at);
      time.title = `${zoned.format(at)} · ${time.dateTime}`;
    } else {
      time.textContent = full.format(at);
      const utc = time.parentElement?.querySelector('[data-utc]');
      if (utc) utc.textContent = `${time.dateTime.slice(11, 23)} UTC`;
      if (utc instanceof HTMLElement) utc.hidden = false;
    }
    delete time.dataset.time;
  }
  tellAges(root);
}

/** @param {ParentNode} root */
function tellAges(root) {
  for (const place of root.querySelectorAll('[data-age]')) {
    if (!(place instanceof HTMLElement)) continue;
    const seconds = (Date.parse(place.dataset.age ?? '') - Date.now()) / 1000;
    const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS[5];
    const text = `· ${ages.format(Math.min(0, Math.trunc(seconds / length)), unit)}`;
    if (place.textContent !== text) place.textContent = text;
    place.hidden = false;
  }
}

/** Keeps ages true while the page is looked at. */
export function keepAges() {
  setInterval(() => { if (!document.hidden) tellAges(document); }, 5000);
}

/** The time of day now, without seconds. */
export function now() {
  return new Date().toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/**
 * Puts a line above the first row of each day of the reader's calendar, but for today's.
 * @param {Element} rows the `<ol>`
 */
export function groupByDay(rows) {
  let day = new Date().toDateString();
  for (const item of [...rows.children]) {
    if (item.className === 'day') {
      item.remove();
      continue;
    }
    const time = item.querySelector('time');
    if (!time) continue;
    const at = new Date(time.dateTime);
    if (at.toDateString() === day) continue;
    day = at.toDateString();
    const line = document.createElement('li');
    line.className = 'day';
    line.textContent = longDay.format(at);
    item.before(line);
  }
}
