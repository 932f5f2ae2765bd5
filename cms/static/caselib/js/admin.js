/* Names for fields that Wagtail leaves without one: where tags are typed, and where many files are chosen. */
(function () {
  "use strict";

  function name() {
    document.querySelectorAll(".tagit-new input:not([aria-label])").forEach(function (input) {
      var field = input.closest(".tagit").parentElement.querySelector("input[id]");
      var label = field && document.querySelector("label[for='" + field.id + "']");
      if (label) {
        input.setAttribute("aria-label", label.textContent.replace("*", "").trim());
      }
    });
    var files = document.querySelector("#fileupload:not([aria-label])");
    var head = document.querySelector("main h1, h1");
    if (files && head) {
      files.setAttribute("aria-label", head.textContent.trim());
    }
  }

  /* the field for tags is made by a script, and anew in each chooser */
  document.addEventListener("DOMContentLoaded", function () {
    name();
    new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
  });
})();
