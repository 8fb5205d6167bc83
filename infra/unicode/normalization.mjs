// Writes src/Ledger/Text/normalization.txt from the Unicode data that Node.js carries:
//   node infra/unicode/normalization.mjs > src/Ledger/Text/normalization.txt
// The services run without ICU (InvariantGlobalization), where .NET's own Normalize leaves text as it is.

// One mark of each combining class, by which the classes of all others are found: two marks of one class never change places.
const classes = {
  1: 0x334, 6: 0x16ff0, 7: 0x93c, 8: 0x3099, 9: 0x94d, 10: 0x5b0, 11: 0x5b1, 12: 0x5b2, 13: 0x5b3, 14: 0x5b4, 15: 0x5b5, 16: 0x5b6, 17: 0x5b7, 18: 0x5b8,
  19: 0x5b9, 20: 0x5bb, 21: 0x5bc, 22: 0x5bd, 23: 0x5bf, 24: 0x5c1, 25: 0x5c2, 26: 0xfb1e, 27: 0x64b, 28: 0x64c, 29: 0x64d, 30: 0x64e, 31: 0x64f, 32: 0x650,
  33: 0x651, 34: 0x652, 35: 0x670, 36: 0x711, 84: 0xc55, 91: 0xc56, 103: 0xe38, 107: 0xe48, 118: 0xeb8, 122: 0xec8, 129: 0xf71, 130: 0xf72, 132: 0xf74,
  202: 0x321, 214: 0x1dce, 216: 0x31b, 218: 0x302a, 220: 0x316, 222: 0x59a, 224: 0x302e, 226: 0x1d16d, 228: 0x5ae, 230: 0x300, 232: 0x315, 233: 0x35c,
  234: 0x35d, 240: 0x345,
};
const hex = c => c.toString(16).toUpperCase();
const points = text => [...text].map(c => hex(c.codePointAt(0))).join(' ');
const apart = (a, b) => (a + b).normalize('NFD') !== (b + a).normalize('NFD');
const isMark = /^\p{M}$/u;

// With "digests": what the unit test compares its forms with. Every code point by itself, then runs of what composes, reorders and blocks.
if (process.argv[2] === 'digests') {
  const { createHash } = await import('node:crypto');
  const of = (texts, form) => createHash('sha256').update(texts.map(t => t.normalize(form)).join('\n')).digest('hex');
  const each = [];
  for (let c = 0; c <= 0x10ffff; c++) if (c < 0xd800 || c > 0xdfff) each.push(String.fromCodePoint(c));
  const moves = c => ('\u0345' + c).normalize('NFKD').startsWith(c) || (c + '\u0334').normalize('NFKD').startsWith('\u0334');
  const parts = each.filter(c => c.normalize('NFKD') !== c || moves(c)).concat([...'aeiou \uac01\uac00']);
  let x = 1;
  const next = n => (x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff) % n;
  const runs = Array.from({ length: 100000 }, () => Array.from({ length: 1 + next(8) }, () => parts[next(parts.length)].normalize(next(2) ? 'NFKD' : 'NFC')).join(''));
  for (const texts of [each, runs]) console.log(of(texts, 'NFC'), of(texts, 'NFKD'));
  process.exit();
}

const lines = [], combining = [];
for (let c = 0x80; c <= 0x10ffff; c++) {
  if ((c >= 0xd800 && c <= 0xdfff) || (c >= 0xac00 && c <= 0xd7a3)) continue;
  const text = String.fromCodePoint(c), canonical = text.normalize('NFD'), compatible = text.normalize('NFKD');
  // "!" is not put together again.
  if (canonical !== text) lines.push(`${hex(c)}${text.normalize('NFC') === text ? '=' : '!'}${points(canonical)}`);
  if (compatible !== canonical) lines.push(`${hex(c)}~${points(compatible)}`);
  if (!isMark.test(text) || canonical !== text) continue;
  const known = Object.entries(classes).map(([k, r]) => [+k, String.fromCodePoint(r)]);
  if (known.every(([, r]) => apart(text, r))) continue; // class 0: it changes places with none
  const same = known.filter(([, r]) => r === text || apart(text, r));
  if (same.length !== 1) throw new Error(`${hex(c)} is of no known class: ${same}`);
  const last = combining.at(-1);
  if (last && last[1] === c - 1 && last[2] === same[0][0]) last[1] = c;
  else combining.push([c, c, same[0][0]]);
}

console.log(`# Unicode ${process.versions.unicode} (Unicode Character Database, https://www.unicode.org/license.txt), written by infra/unicode/normalization.mjs.`);
console.log('# C=D: canonical decomposition; C!D: the same, never composed; C~D: compatibility decomposition; C-C:N: combining class.');
console.log(lines.join('\n'));
console.log(combining.map(([a, b, k]) => `${hex(a)}-${hex(b)}:${k}`).join('\n'));
