// Reads one stable weight from a balance through the browser's serial port. The line goes to the server as it came,
// and the server reads it again; without a serial port the page works as a form.
"use strict";
(() => {
  const form = document.getElementById("weighing");
  if (!form) return;
  const said = document.getElementById("said");
  const connect = document.getElementById("connect"), read = document.getElementById("read");
  const fields = form.elements;
  const ASK = { sics: "S\r\n", sbi: "\x1bP\r\n", ph: "" };
  const PATIENCE = 8000, LONGEST = 200;
  let port = null, rest = "", waiting = null;

  fields.text.addEventListener("input", () => { fields.line.value = ""; });  // what is typed over is typed
  if (!("serial" in navigator)) { said.textContent = form.dataset.none; return; }
  document.getElementById("connecting").hidden = false;

  // The same forms as the server's, only to know which line to show: stable, with its unit, whole.
  function shown(line) {
    const forms = {
      sics: /^S(?:I|IR|R)?\s+S\s+([-+]?\s*\d+(?:\.\d+)?)\s*(\S+)\s*$/,
      sbi: /^(?:.{6})?([-+ ]\s*\d+(?:\.\d+)?)\s*([A-Za-zµ]+)\s*$/,
      ph: /()?(pH.*\d\.\d+.*)/,
    };
    const found = forms[fields.protocol.value].exec(line);
    if (!found) return "";
    return fields.protocol.value === "ph" ? line.trim() : found[1].replace(/[\s+]/g, "") + " " + found[2];
  }

  function heard(line) {
    const named = /^I4 A "([^"]{1,60})"/.exec(line.trim());
    if (named) { fields.serial_no.value = named[1]; return; }
    const value = shown(line);
    if (!value) { if (waiting) said.textContent = form.dataset.moving + " (" + line.trim().slice(0, 40) + ")"; return; }
    clearTimeout(waiting);
    waiting = null;
    fields.line.value = line;
    fields.text.value = value;
    said.textContent = form.dataset.ready;
    form.querySelector("button.primary").focus();
  }

  async function listen() {
    const decoder = new TextDecoder("latin1");
    while (port && port.readable) {
      const reader = port.readable.getReader();
      try {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          const lines = (rest + decoder.decode(value)).split(/\r\n|\r|\n/);
          rest = lines.pop().slice(-LONGEST);
          lines.filter((line) => line.trim()).forEach(heard);
        }
      } catch {
        said.textContent = form.dataset.gone;
        return;
      } finally {
        reader.releaseLock();
      }
    }
  }

  async function send(text) {
    const writer = port.writable.getWriter();
    try { await writer.write(new TextEncoder().encode(text)); } finally { writer.releaseLock(); }
  }

  async function ask() {
    if (!port) return;
    fields.line.value = "";
    clearTimeout(waiting);
    waiting = setTimeout(() => { waiting = null; said.textContent = form.dataset.gone; }, PATIENCE);
    try { await send(ASK[fields.protocol.value]); } catch { said.textContent = form.dataset.gone; }
  }

  async function open(chosen) {
    port = chosen;
    await port.open({ baudRate: 9600 });
    document.getElementById("reading").hidden = false;
    said.textContent = form.dataset.ready;
    listen();
    if (fields.protocol.value === "sics") await send("I4\r\n");
  }

  connect.addEventListener("click", async () => {
    try { await open(await navigator.serial.requestPort()); } catch { said.textContent = form.dataset.gone; }
  });
  read.addEventListener("click", ask);
  addEventListener("keydown", (event) => {
    if (event.key === "F2" && port) { event.preventDefault(); ask(); }
  });
  // A balance that this page was once allowed to use is connected again without asking.
  navigator.serial.getPorts().then((known) => { if (known.length === 1) return open(known[0]); }).catch(() => {});
})();
