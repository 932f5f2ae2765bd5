/* Small behaviours that every page may use; each page works without them. */
(function () {
  "use strict";

  var root = document.documentElement;

  function markTheme() {
    var now = root.getAttribute("data-theme") || "";
    document.querySelectorAll("[data-theme-choice]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
    });
  }

  function chooseTheme(theme) {
    if (theme) {
      root.setAttribute("data-theme", theme);
    } else {
      root.removeAttribute("data-theme");
    }
    try {
      window.localStorage.setItem("caselib-theme", theme);
    } catch (error) {
      /* the choice then lasts for this page only */
    }
    markTheme();
  }

  function closeMenus(except) {
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (menu !== except) {
        menu.removeAttribute("open");
      }
    });
  }

  document.addEventListener("click", function (event) {
    var target = event.target instanceof Element ? event.target : null;
    if (!target) {
      return;
    }
    var theme = target.closest("[data-theme-choice]");
    if (theme) {
      chooseTheme(theme.dataset.themeChoice);
    }
    if (target.closest("[data-print]")) {
      window.print();
    }
    var toggle = target.closest("[data-toggle]");
    if (toggle) {
      var panel = document.getElementById(toggle.dataset.toggle);
      var open = panel.classList.toggle("is-open");
      toggle.setAttribute("aria-expanded", String(open));
    }
    var copy = target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent.trim());
      copy.textContent = copy.dataset.copied || copy.textContent;
    }
    closeMenus(target.closest("details[data-menu]"));
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") {
      return;
    }
    var menu = document.querySelector("details[data-menu][open]");
    if (menu) {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    }
  });

  /* A second click on a form's button sends nothing; the server is idempotent anyway. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") {
      return;
    }
    if (form.dataset.confirm && !form.dataset.sent && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    window.setTimeout(function () { delete form.dataset.sent; }, 8000);
  });

  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  /* Tables marked data-rows can be walked with the arrow keys. */
  document.addEventListener("keydown", function (event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") {
      return;
    }
    var active = document.activeElement;
    var row = active && active.closest ? active.closest("table[data-rows] tbody tr") : null;
    if (!row) {
      return;
    }
    var next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
    var link = next && next.querySelector("a, button");
    if (link) {
      event.preventDefault();
      link.focus();
    }
  });

  /* What is fetched anew while somebody waits says its state once, in a region that is not swapped itself. */
  document.addEventListener("htmx:afterSwap", function () {
    var said = document.getElementById("said");
    var part = document.querySelector("[data-say]");
    if (said && part && said.textContent !== part.dataset.say) {
      said.textContent = part.dataset.say;
    }
  });

  /* A menu that the focus has left does not stay over what is read next. */
  document.addEventListener("focusin", function (event) {
    closeMenus(event.target instanceof Element ? event.target.closest("details[data-menu]") : null);
  });

  /* Where the sections do not fit side by side, the present one is moved into sight. */
  function showPresent() {
    document.querySelectorAll(".site-nav ul, .tabs").forEach(function (list) {
      var present = list.querySelector("[aria-current]");
      var hidden = present ? present.getBoundingClientRect().right - list.getBoundingClientRect().right : 0;
      if (hidden > 0) {
        list.scrollLeft += hidden + 24;
      }
    });
  }

  function ready() {
    markTheme();
    showPresent();
    var focus = document.querySelector("[data-focus]");
    if (focus) {
      focus.focus();
    }
  }

  /* scripts with defer run before DOMContentLoaded, when the document is parsed */
  ready();
})();
