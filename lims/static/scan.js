// Tells a scanner's burst of keys from typing: a scan never lands in a field and never submits a form, it opens what it names.
"use strict";
(() => {
  const LONGEST_GAP = 35, SHORTEST = 8;
  const looksLikeANumber = /^(?=.*[-A-Z])[0-9A-Z-]+$/;
  let burst = "", last = 0, before = null, previous = "", previousAt = 0;

  function letter(event) {
    // By the key's place, so that neither an input method nor Caps Lock changes what was scanned.
    const code = event.code;
    if (/^Key[A-Z]$/.test(code)) return code[3];
    if (/^Digit\d$/.test(code)) return code[5];
    if (/^Numpad\d$/.test(code)) return code[6];
    return code === "Minus" || code === "NumpadSubtract" ? "-" : "";
  }

  function begin() {
    const field = document.activeElement;
    before = field && "value" in field ? { field, value: field.value } : null;
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key === "Shift") return;
    const gap = event.timeStamp - last;
    last = event.timeStamp;
    if (event.key === "Enter" || event.key === "Tab") {
      const scanned = burst;
      burst = "";
      if (scanned.length >= SHORTEST && gap <= LONGEST_GAP && looksLikeANumber.test(scanned)) taken(event, scanned);
      return;
    }
    const one = letter(event);
    if (!one) { burst = ""; return; }
    if (!burst || gap > LONGEST_GAP) { burst = ""; begin(); }
    burst += one;
  }, true);

  function taken(event, scanned) {
    const home = document.querySelector("[data-scan-home]");
    const field = document.activeElement;
    if (home && field && home.contains(field) && field.name === "no") return;  // the scan box itself: let it be
    event.preventDefault();
    event.stopImmediatePropagation();
    if (before) before.field.value = before.value;
    if (scanned === previous && event.timeStamp - previousAt < 2000) return;  // the same label twice
    previous = scanned;
    previousAt = event.timeStamp;
    if (home) {
      home.elements.no.value = scanned;
      home.requestSubmit();
    } else {
      location.assign("/find?q=" + encodeURIComponent(scanned));
    }
  }
})();
