/* Keeps the screen in the hall up to date; it only ever asks for counts. */
(function () {
  "use strict";
  var stage = document.querySelector("[data-stage]");
  if (!stage) {
    return;
  }
  function fill(state) {
    Object.keys(state).forEach(function (name) {
      stage.querySelectorAll('[data-field="' + name + '"]').forEach(function (node) {
        node.textContent = state[name];
      });
    });
    stage.querySelector("[data-idle]").hidden = Boolean(state.entry);
  }
  window.setInterval(function () {
    fetch(stage.dataset.stage, { credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        return answer.ok ? answer.json() : null;
      })
      .then(function (state) {
        if (state) {
          fill(state);
        }
      })
      .catch(function () {
        /* the next turn tries again */
      });
  }, 3000);
})();
