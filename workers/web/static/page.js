// Keys for those who answer all day. Every page works without this file.
"use strict";

(() => {
  const typing = (node) => node.matches("input:not([type=checkbox]), textarea, select");
  const form = document.getElementById("answer");
  let sent = false;

  const press = (selector) => {
    const node = document.querySelector(selector);
    if (!node) return false;
    node.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    // Enter and Space belong to a button or link that has the focus.
    const held = event.target.closest("a, button, [type=checkbox]");
    let done = false;
    if (event.key === "j") done = press("#next");
    else if (event.key === "k") done = press("#previous");
    else if (event.key === "z") done = press("#undo-last button");
    else if (event.key === "c" && document.getElementById("value")) {
      document.getElementById("value").focus();
      done = true;
    } else if (event.key === "Enter" && !held) {
      if (!form) done = press('[data-key="Enter"]');
      // Where the machine proposes nothing, Enter leads to the box instead of letting what it doubts stand.
      else if (!press("#answer .main[value=accept]")) document.getElementById("value").focus();
      done = true;
    } else if (/^[1-5aru]$/.test(event.key)) done = press(`[data-key="${event.key}"]`);
    if (done) event.preventDefault();
  });

  // One answer a page, however often a key is struck while the server thinks.
  for (const each of document.forms) {
    each.addEventListener("submit", (event) => {
      if (each.method !== "post") return;
      if (sent) event.preventDefault();
      sent = true;
      document.body.setAttribute("aria-busy", "true");
    });
  }
  window.addEventListener("pageshow", () => {
    sent = false;
    document.body.removeAttribute("aria-busy");
  });

  // Some screen readers speak a live region only when it changes after the page has loaded.
  for (const live of document.querySelectorAll(".said")) {
    const text = live.querySelector("p");
    if (text) {
      const words = text.textContent;
      setTimeout(() => { text.textContent = words; }, 150);
    }
  }

  const all = document.getElementById("all");
  if (all) {
    document.getElementById("all-line").hidden = false;
    const boxes = [...document.querySelectorAll("[name=items]")];
    const count = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      document.getElementById("ticked").textContent = `${ticked} of ${boxes.length} ticked`;
      all.checked = ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); count(); });
    boxes.forEach((box) => box.addEventListener("change", count));
    count();
  }
})();
