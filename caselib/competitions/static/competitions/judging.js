/* Saves the judge's marks as they are typed. Without it the page works: the marks are kept when they are handed in. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-save]");
  if (!form) {
    return;
  }
  var line = document.querySelector("[data-saved]");
  var timer = null;
  var running = false;
  var again = false;

  function say(text) {
    line.textContent = text;
  }

  function save() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    var data = new FormData(form);
    fetch(form.dataset.save, { method: "POST", body: data, credentials: "same-origin", headers: { Accept: "application/json" } })
      .then(function (answer) {
        return answer.json().then(function (body) {
          say(answer.ok ? line.dataset.done + " " + body.saved : body.message);
        });
      })
      .catch(function () {
        say(line.dataset.failed);
      })
      .finally(function () {
        running = false;
        if (again) {
          again = false;
          save();
        }
      });
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 600);
  }

  form.addEventListener("input", soon);
  /* On a slow line the judge types before this script has come: those marks must not wait for the next key. */
  var typed = Array.prototype.some.call(form.elements, function (field) {
    return "defaultValue" in field && field.value !== field.defaultValue;
  });
  if (typed) {
    soon();
  }
})();
