"use strict";

// One key per act on the queue, for who wants them: without this file every button and access key still works.
(() => {
  const proposals = [...document.querySelectorAll(".proposal")];
  const undo = document.querySelector(".undo");
  const keys = document.querySelector(".keys");
  let current = null;
  let isSent = false;

  const parts = (proposal) => ({
    keep: proposal.querySelector(".keep"),
    drop: proposal.querySelector(".drop select, .drop button"),
  });

  // The marked proposal bears the access keys, so that both ways act on the same one.
  const choose = (proposal) => {
    if (current) {
      current.classList.remove("is-current");
      Object.values(parts(current)).forEach((part) => part.removeAttribute("accesskey"));
    }
    current = proposal;
    current.classList.add("is-current");
    parts(current).keep.accessKey = "k";
    parts(current).drop.accessKey = "d";
  };

  const send = (form) => {
    if (!isSent && form.reportValidity()) {
      isSent = true;
      form.requestSubmit();
    }
  };

  const acts = {
    k: () => current && send(parts(current).keep.form),
    // Where a reason is asked for, the key leads to it.
    d: () => {
      if (!current) return;
      const { drop } = parts(current);
      if (drop.matches("select")) drop.focus();
      else send(drop.form);
    },
    h: () => {
      if (!current) return;
      choose(proposals[(proposals.indexOf(current) + 1) % proposals.length]);
      current.scrollIntoView({ block: "center" });
    },
    u: () => undo && send(undo.form),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.matches(".drop select")) {
      if (event.key === "Enter" && event.target.value) {
        event.preventDefault();
        send(event.target.form);
      } else if (event.key === "Escape") {
        event.target.blur();
      }
      return;
    }
    if (event.target.matches("input, textarea, select")) return;
    const act = acts[event.key.toLowerCase()];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  proposals.forEach((proposal) => proposal.addEventListener("focusin", () => choose(proposal)));
  if (proposals.length) choose(document.querySelector(".queue-item:target .proposal, .proposal:target") || proposals[0]);
  if (keys) keys.hidden = false;
})();
