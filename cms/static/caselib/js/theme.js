/* Runs before the first paint: marks that scripts work and applies the reader's display choice. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  try {
    var theme = window.localStorage.getItem("caselib-theme");
    if (theme === "light" || theme === "dark" || theme === "contrast") {
      root.setAttribute("data-theme", theme);
    }
  } catch (error) {
    /* storage is closed in some kiosk profiles: the system's choice stays */
  }
})();
