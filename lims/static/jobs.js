// Keeps the page of a job up to date while the work goes on: asks how far it is, and fetches the page anew when that changed.
"use strict";
(() => {
  const BETWEEN = 1000, AFTER_TROUBLE = 5000;

  async function look() {
    const shown = document.getElementById("job");
    if (!shown || !shown.dataset.progress) return;
    let wait = BETWEEN;
    try {
      const answer = await fetch(shown.dataset.progress, { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 403) return location.reload(); // signed out meanwhile
      if (!answer.ok) throw new Error(String(answer.status));
      const now = await answer.json();
      if (`${now.status} ${now.done}` !== shown.dataset.seen) await renew(shown);
    } catch {
      wait = AFTER_TROUBLE;
    }
    setTimeout(look, wait);
  }

  async function renew(shown) {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("job");
    if (!answer.ok || !fresh) throw new Error("no such page");
    const told = shown.querySelector("[role=status]"), held = shown.contains(document.activeElement);
    // The spoken line stays the same element, so that a screen reader says what changed in it.
    told.textContent = fresh.querySelector("[role=status]").textContent;
    fresh.querySelector("[role=status]").replaceWith(told);
    shown.replaceWith(document.adoptNode(fresh));
    document.title = page.title;
    if (held) document.querySelector("#job button")?.focus();
  }

  setTimeout(look, BETWEEN);
})();
