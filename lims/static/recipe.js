// A recipe in the making: a change of a field is sent by itself, and the page of the step it leads to is shown in place.
"use strict";
(() => {
  const form = document.getElementById("recipe"), told = document.getElementById("waiting");
  if (!form || !window.fetch) return;
  const WAIT = 600, PARTS = ["outcome", "trouble"];
  let timer = 0, running = null;

  form.addEventListener("input", (event) => {
    if (!counts(event.target)) return;
    clearTimeout(timer);
    timer = setTimeout(send, WAIT, event.target);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); if (running) running.abort(); });

  const counts = (input) => input.name === "layout" || input.name === "recipe" || input.name.startsWith("f.");

  async function send(input) {
    if (running) running.abort();
    const mine = running = new AbortController();
    const fields = new FormData(form), before = document.getElementById("layout").value;
    fields.delete("once");  // the button is what is done once
    form.parentElement.classList.add("busy");
    told.textContent = form.dataset.wait;
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, signal: mine.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.getElementById("recipe")) { location.reload(); return; }  // signed out meanwhile
      if (mine !== running) return;
      show(page, input, before);
      if (answer.redirected) history.replaceState(null, "", answer.url);
      told.textContent = "";
    } catch (error) {
      if (error.name !== "AbortError") told.textContent = form.dataset.lost;
    }
    if (mine === running) form.parentElement.classList.remove("busy");
  }

  function show(page, input, before) {
    for (const id of PARTS) swap(page, id);
    for (const mine of form.querySelectorAll("#fields [name]")) {
      const fresh = page.getElementsByName(mine.name)[0];
      mine.toggleAttribute("aria-invalid", Boolean(fresh && fresh.hasAttribute("aria-invalid")));
    }
    const failed = page.querySelector("#trouble .problem");
    if (failed) return;
    for (const [id, name] of [["recipe", "action"], ["put-up", "formAction"], ["dry", "href"]]) {
      document.getElementById(id)[name] = page.getElementById(id)[name];
    }
    const layout = document.getElementById("layout");
    if (input.name === "layout") swap(page, "fields");
    else if (input.tagName === "SELECT" && (input.name === "recipe" || /table|columns_are/.test(input.name))) swap(page, "fields");
    if (input.name !== "layout" && layout.value === before) layout.value = page.getElementById("layout").value;
  }

  function swap(page, id) {
    const fresh = document.adoptNode(page.getElementById(id)), held = document.activeElement && document.activeElement.id;
    document.getElementById(id).replaceWith(fresh);
    if (held && document.activeElement === document.body) document.getElementById(held)?.focus();
  }
})();
