// The result grid: one cell commits itself when it is left; what the server has not acknowledged never looks saved.
"use strict";
(() => {
  const grid = document.querySelector("[data-grid]");
  if (!grid || grid.dataset.editable !== "yes") return;
  const words = grid.dataset;
  const token = document.querySelector("meta[name=csrf-token]").content;
  const MARKS = { FAIL: ["fail", "▲"], INVALID: ["fail", "▲"], CONDITIONAL_FAIL: ["warn", "◆"], CONDITIONAL_PASS: ["warn", "◆"], INCONCLUSIVE: ["warn", "◆"] };
  const MUTED = ["not_detected", "censored", "below_loq"];
  const RANK = ["refused", "conflict", "ask", "reason", "unsent", "saving", "draft", "saved"];
  const cells = [...grid.querySelectorAll("td.cell input")].map(makeCell);
  const byInput = new Map(cells.map((cell) => [cell.input, cell]));
  const done = [];  // committed changes, for undo
  let pasted = null;

  function makeCell(input) {
    const box = input.closest("td"), row = input.closest("tr");
    return { input, box, row, column: box.cellIndex, kept: input.dataset.kept, state: input.dataset.kept ? "saved" : "",
      sending: null, wait: 0, timer: 0, choices: [], version: Number(box.dataset.version) || null, reason: "", note: "" };
  }

  // ---- what is shown
  function show(cell, state) {
    if (state !== undefined) cell.state = state;
    for (const name of ["ask", "refused", "draft"]) cell.box.classList.remove(name);
    if (["ask", "reason", "conflict"].includes(cell.state)) cell.box.classList.add("ask");
    if (cell.state === "refused") cell.box.classList.add("refused");
    if (cell.state === "draft") cell.box.classList.add("draft");
    cell.box.dataset.saving = cell.state;
    const inRow = cells.filter((other) => other.row === cell.row);
    const worst = RANK.find((name) => inRow.some((other) => other.state === name)) || "";
    const signs = { saved: "✓ ", saving: "◌ ", unsent: "! ", refused: "▲ ", ask: "? ", reason: "? ", conflict: "? ", draft: "… " };
    const text = { saved: words.wSaved, saving: words.wSaving, unsent: words.wUnsent, refused: words.wRefused, ask: words.wAsk, reason: words.wAsk, conflict: words.wConflict, draft: words.wDraft };
    const chip = cell.row.querySelector(".save");
    chip.textContent = worst ? signs[worst] + text[worst] : "";
    chip.className = "small save " + (worst === "saved" ? "muted" : ["refused", "unsent"].includes(worst) ? "fail-text" : "");
    count();
  }

  function count() {
    const tally = (names) => cells.filter((cell) => names.includes(cell.state)).length;
    const parts = [[tally(["saved"]), words.wSaved], [tally(["saving"]), words.wSaving], [tally(["unsent", "draft"]), words.wUnsent],
      [tally(["refused", "conflict"]), words.wRefused], [tally(["ask", "reason"]), words.wAsk]];
    document.querySelector("[data-count]").textContent = parts.filter(([n]) => n).map(([n, word]) => n + " " + word).join(" · ");
    const ready = cells.filter((cell) => cell.box.dataset.state === "entered").length;
    document.querySelector("[data-ready]").textContent = ready;
    document.querySelector("[data-submit]").disabled = !ready && !open().length;
  }

  const open = () => cells.filter((cell) => ["saving", "unsent", "draft"].includes(cell.state));

  function remark(cell, ...parts) {
    const place = cell.row.querySelector(".remark");
    place.replaceChildren(...parts);
  }

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("mousedown", (event) => event.preventDefault());
    made.addEventListener("click", act);
    return made;
  }

  function mark(cell, answer) {
    const [hue, glyph] = MARKS[answer.verdict] || ["", ""];
    cell.box.classList.remove("fail", "warn", "lo");
    if (hue) cell.box.classList.add(hue);
    else if (MUTED.includes(answer.status)) cell.box.classList.add("lo");
    cell.box.querySelector(".g").textContent = glyph;
    cell.box.querySelector(".fx.done")?.classList.remove("done");  // what was typed is no longer calculated
    if ("worked" in answer) cell.box.dataset.worked = answer.worked || "";
    const told = document.createElement("span");
    told.className = hue ? hue + "-text" : "";
    told.textContent = [hue ? answer.verdict_word : "", answer.note || ""].filter(Boolean).join(" · ");
    remark(cell, told);
    if (cell.input === document.activeElement) line(cell);
  }

  function line(cell) {
    document.querySelector("[data-worked-line]").textContent = cell.box.dataset.worked || "";
  }

  // ---- sending
  async function commit(cell, undoing) {
    clearTimeout(cell.timer);
    if (cell.input.value.trim() === "<") cell.input.value = "<LOQ";  // seen in the cell, not only in the record
    const text = cell.input.value;
    if (text === cell.kept && !cell.reason) { if (cell.state === "draft") settled(cell); return true; }
    if (!text.trim() && !cell.kept) { show(cell, ""); return true; }
    if (cell.sending) { await cell.sending; return commit(cell, undoing); }
    const earlier = cell.kept;
    cell.sending = send(cell, text);
    const outcome = await cell.sending;
    cell.sending = null;
    if (outcome && !undoing) done.push({ cell, text: earlier });
    return outcome;
  }

  function settled(cell) {
    show(cell, cell.kept ? "saved" : "");
  }

  async function send(cell, text) {
    show(cell, "saving");
    let answer, status;
    try {
      const reply = await fetch(cell.box.dataset.url, {
        method: "POST", credentials: "same-origin", redirect: "error",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ text, version: cell.version, reason: cell.reason, analyte: cell.box.dataset.analyte, worksheet: words.worksheet }),
      });
      status = reply.status;
      answer = await reply.json();
    } catch (error) { return later(cell); }
    if (answer.kept) return kept(cell, text, answer);
    if (status >= 500 || status === 429) return later(cell);
    if (answer.code === "NOT_SIGNED_IN" || (status === 400 && answer.code === "HTTP_400")) return later(cell, words.wOut);
    if (status === 409 && answer.theirs === text) return kept(cell, text, { ...answer, verdict: "" });
    return refused(cell, text, answer, status);
  }

  function later(cell, why) {
    cell.wait = Math.min(30, cell.wait ? cell.wait * 2 : 1);
    show(cell, "unsent");
    remark(cell, (why || words.wRetry) + " (" + cell.wait + " s)");
    cell.timer = setTimeout(() => commit(cell), cell.wait * 1000);
    return false;
  }

  function kept(cell, text, answer) {
    Object.assign(cell, { kept: text, wait: 0, choices: [], reason: "", version: answer.version ?? cell.version });
    if (answer.state) cell.box.dataset.state = answer.state;
    mark(cell, answer);
    if (answer.batch) {
      const told = document.createElement("b");
      told.textContent = [answer.batch_word, answer.finding].filter(Boolean).join(" · ");
      document.querySelector("[data-batch]").replaceChildren(told);
    }
    show(cell, cell.input.value === text ? "saved" : "draft");
    return true;
  }

  function refused(cell, text, answer, status) {
    const said = (answer.messages || [answer.code]).join(" ");
    if (answer.fact) {
      const link = document.createElement("a");
      link.href = answer.page;
      link.textContent = words.wFact;
      show(cell, "refused");
      remark(cell, said + " ", link);
      return false;
    }
    if (answer.choices) {
      cell.choices = answer.choices;
      show(cell, "ask");
      remark(cell, ...answer.choices.map((one, n) => button(n + 1 + " = " + one, () => choose(cell, n))));
    } else if (status === 409 && "theirs" in answer) {
      cell.choices = [answer.theirs, text];
      cell.theirs = answer;
      show(cell, "conflict");
      remark(cell, button("1 " + words.wTheirs + " (" + answer.theirs + ")", () => choose(cell, 0)), button("2 " + words.wYours + " (" + text + ")", () => choose(cell, 1)));
    } else if (answer.code === "REASON_NEEDED") {
      cell.choices = [words.wReason1, words.wReason2, words.wReason3];
      show(cell, "reason");
      remark(cell, words.wReason + ": ", ...cell.choices.map((one, n) => button(n + 1 + " " + one, () => choose(cell, n))));
    } else {
      show(cell, "refused");
      remark(cell, said);
    }
    return false;
  }

  function choose(cell, n) {
    const choice = cell.choices[n];
    if (choice === undefined) return;
    if (cell.state === "reason") cell.reason = choice;
    else if (cell.state === "conflict") {
      cell.version = cell.theirs.version ?? cell.version;
      if (n === 0) { cell.kept = choice; cell.input.value = choice; cell.choices = []; mark(cell, {}); settled(cell); return; }
      cell.reason = words.wReason1;
    } else cell.input.value = choice;
    cell.choices = [];
    commit(cell).then((fine) => fine && move(cell, 0, 1));
  }

  // ---- moving
  function move(cell, right, down) {
    const lane = down ? cells.filter((other) => other.column === cell.column) : cells;
    const next = lane[lane.indexOf(cell) + (right || down)];
    if (next) { next.input.focus(); next.input.select(); }
  }

  async function enter(cell, down) {
    if (pasted) return write();
    if (cell.input.value.includes(",")) { if (!(await commit(cell))) return; }  // may be read two ways: asked before going on
    move(cell, 0, down);
    if (document.activeElement === cell.input) commit(cell);
  }

  grid.addEventListener("keydown", (event) => {
    const cell = byInput.get(event.target);
    if (!cell || event.isComposing || event.keyCode === 229) return;  // an input method is at work
    const keys = { Enter: () => enter(cell, event.shiftKey ? -1 : 1), ArrowDown: () => move(cell, 0, 1), ArrowUp: () => move(cell, 0, -1), Escape: () => back(cell), F4: () => { if (cell.box.dataset.page) location.assign(cell.box.dataset.page); } };
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "Enter") { event.preventDefault(); submit(); }
      if (event.key === "z" && cell.input.value === cell.kept) { event.preventDefault(); undo(); }
      return;
    }
    if (cell.choices.length && /^[1-3]$/.test(event.key)) { event.preventDefault(); choose(cell, Number(event.key) - 1); return; }
    const ends = cell.input.selectionStart === 0 && cell.input.selectionEnd === cell.input.value.length;
    if (event.key === "ArrowLeft" && (ends || cell.input.selectionEnd === 0)) { event.preventDefault(); move(cell, -1, 0); return; }
    if (event.key === "ArrowRight" && (ends || cell.input.selectionStart === cell.input.value.length)) { event.preventDefault(); move(cell, 1, 0); return; }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });

  function back(cell) {
    if (pasted) { unpaste(); return; }
    cell.input.value = cell.kept;
    Object.assign(cell, { choices: [], reason: "", wait: 0 });
    clearTimeout(cell.timer);
    remark(cell);
    settled(cell);
    cell.input.select();
  }

  function undo() {
    const last = done.pop();
    if (!last) return;
    last.cell.input.focus();
    if (!last.text) { remark(last.cell, words.wRefused + ": ∅"); return; }  // a kept result is corrected, never emptied
    last.cell.input.value = last.text;
    commit(last.cell, true);
  }

  grid.addEventListener("input", (event) => {
    const cell = byInput.get(event.target);
    if (!cell) return;
    cell.choices = [];
    cell.reason = "";
    clearTimeout(cell.timer);
    show(cell, cell.input.value === cell.kept ? (cell.kept ? "saved" : "") : "draft");
  });
  grid.addEventListener("focusin", (event) => { const cell = byInput.get(event.target); if (cell) { line(cell); cell.input.select(); } });
  grid.addEventListener("focusout", (event) => {
    const cell = byInput.get(event.target);
    if (cell && !pasted && cell.state === "draft") commit(cell);
  });

  // ---- pasting a block: seen first, written on Enter
  grid.addEventListener("paste", (event) => {
    const start = byInput.get(event.target);
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!start || !/[\n\t]/.test(text)) return;
    event.preventDefault();
    const rows = [...new Set(cells.map((cell) => cell.row))], columns = [...new Set(cells.map((cell) => cell.column))];
    const top = rows.indexOf(start.row), left = columns.indexOf(start.column);
    pasted = [];
    let missed = 0;
    text.split("\n").forEach((line, down) => line.split("\t").forEach((value, right) => {
      const cell = cells.find((one) => one.row === rows[top + down] && one.column === columns[left + right]);
      if (!cell) { missed += 1; return; }
      if (!value.trim()) return;
      pasted.push(cell);
      cell.input.value = value.replace(/^"(.*)"$/s, "$1").trim() === value.trim() ? value : value.replace(/^"(.*)"$/s, "$1");
      show(cell, "draft");
    }));
    const strip = document.createElement("div");
    strip.className = "pasted";
    strip.setAttribute("role", "status");
    strip.append(pasted.length + " ✓" + (missed ? " · " + missed + " ∅" : ""), button("↵ " + words.wSaving, write), button("Esc", unpaste));
    grid.parentElement.before(strip);
  });

  function unpaste() {
    for (const cell of pasted) { cell.input.value = cell.kept; settled(cell); }
    pasted = null;
    document.querySelector(".pasted").remove();
  }

  async function write() {
    const block = pasted;
    pasted = null;
    document.querySelector(".pasted").remove();
    for (const cell of block) await commit(cell);
  }

  // ---- submitting and leaving
  const form = document.querySelector("#submit");
  let going = false;
  form.addEventListener("submit", (event) => { if (!going) { event.preventDefault(); submit(); } });
  async function submit() {
    await Promise.all(cells.filter((cell) => cell.input.value !== cell.kept && cell.input.value.trim()).map((cell) => commit(cell)));
    const stuck = cells.find((cell) => cell.state && cell.state !== "saved");
    if (stuck) { stuck.input.focus(); return; }
    if (!cells.some((cell) => cell.box.dataset.state === "entered")) return;
    going = true;
    form.submit();
  }
  addEventListener("beforeunload", (event) => { if (!going && open().length) event.preventDefault(); });

  for (const cell of cells) if (cell.state) cell.box.dataset.saving = cell.state;
  count();
  const sample = new URLSearchParams(location.search).get("sample");
  const first = cells.find((cell) => !cell.kept && (!sample || cell.row.dataset.sample === sample)) || cells[0];
  if (first) first.input.focus();
})();
