/* What the library has that begins so, below the search box while somebody types: in Chinese, pinyin or initials.
   The box is a combobox with a list of options, as screen readers expect of one; without this script it only searches. */
(function () {
  "use strict";

  var input = document.querySelector("[data-suggest]");
  if (!input || !window.AbortController) {
    return;
  }
  var list = document.createElement("ul");
  var typed = "";
  var active = -1;
  var waiting = null;
  var timer = 0;

  list.id = "site-search-options";
  list.className = "searchbox__options";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.suggestName);
  input.parentElement.appendChild(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function close() {
    window.clearTimeout(timer);
    if (waiting) {
      waiting.abort();
    }
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(text) {
    input.value = text;
    close();
    input.form.submit();
  }

  /* at: which option is meant, -1 for what was typed */
  function mean(at) {
    var options = list.children;
    active = at < -1 ? options.length - 1 : at >= options.length ? -1 : at;
    Array.prototype.forEach.call(options, function (option, place) {
      option.setAttribute("aria-selected", String(place === active));
    });
    var meant = options[active];
    input.value = meant ? meant.dataset.text : typed;
    if (meant) {
      input.setAttribute("aria-activedescendant", meant.id);
      meant.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function show(found) {
    list.textContent = "";
    found.forEach(function (one, place) {
      var option = document.createElement("li");
      var kind = document.createElement("small");
      option.id = "site-search-option-" + place;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.text = one.text;
      option.appendChild(document.createTextNode(one.text + " "));
      kind.textContent = one.label;
      option.appendChild(kind);
      list.appendChild(option);
    });
    active = -1;
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
  }

  function ask() {
    close();
    typed = input.value;
    if (!typed.trim()) {
      return;
    }
    var mine = waiting = new AbortController();
    window.fetch(input.dataset.suggest + "?q=" + encodeURIComponent(typed), { credentials: "same-origin", signal: mine.signal })
      .then(function (response) { return response.ok ? response.json() : { suggestions: [] }; })
      .then(function (answer) {
        if (mine === waiting && document.activeElement === input) {
          show(answer.suggestions);
        }
      })
      .catch(function () { /* it was typed on, or nobody answers: the search itself says so */ });
  }

  function soon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 120);
  }

  /* letters that an input method has not turned into characters yet are pinyin, which the library understands */
  input.addEventListener("input", soon);
  input.addEventListener("blur", close);

  input.addEventListener("keydown", function (event) {
    if (event.isComposing || event.keyCode === 229 || list.hidden) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      mean(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape") {
      event.preventDefault();
      input.value = typed;
      close();
    }
  });

  /* pressing must not take the focus from the box, or the list would be gone before it is let go */
  list.addEventListener("mousedown", function (event) { event.preventDefault(); });
  list.addEventListener("click", function (event) {
    var option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option) {
      choose(option.dataset.text);
    }
  });
})();
