// Compares a PDF with the digest of the file as issued, in the reader's own browser; nothing is sent anywhere.
"use strict";
(() => {
  const box = document.querySelector(".drop");
  if (!box || !window.crypto || !crypto.subtle) return;
  box.hidden = false;
  const zone = box.querySelector(".dropzone"), input = zone.querySelector("input"), answer = box.querySelector(".answer");
  async function check(file) {
    try {
      const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      const same = hex === box.dataset.digest;
      answer.textContent = same ? answer.dataset.same : answer.dataset.other;
      answer.className = "answer " + (same ? "same" : "other");
    } catch (error) {
      answer.textContent = answer.dataset.none;
      answer.className = "answer other";
    }
  }
  input.addEventListener("change", () => input.files[0] && check(input.files[0]));
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files[0]) check(event.dataTransfer.files[0]);
  });
})();
