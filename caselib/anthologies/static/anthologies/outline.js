/* Rows of the outline can be dragged, or moved with their buttons and Alt with the arrow keys; the order is sent when the
   editor saves it. Without this script the buttons move a row at once. */
(function () {
  "use strict";

  var list = document.querySelector("[data-outline]");
  var form = document.querySelector("form[data-order]");
  if (!list || !form) {
    return;
  }
  var dragged = null;

  function row(event) {
    return event.target instanceof Element ? event.target.closest("[data-item]") : null;
  }

  function rows() {
    return Array.from(list.querySelectorAll("[data-item]"));
  }

  function clear() {
    list.querySelectorAll(".is-target").forEach(function (item) { item.classList.remove("is-target", "is-below"); });
  }

  function changed() {
    form.elements.ids.value = rows().map(function (item) { return item.dataset.item; }).join(",");
    form.hidden = false;
    rows().forEach(function (item, index, all) {
      item.querySelectorAll("[data-step]").forEach(function (button) {
        button.disabled = button.dataset.step === "-1" ? index === 0 : index === all.length - 1;
      });
    });
  }

  function move(item, step) {
    var other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) {
      return;
    }
    list.insertBefore(item, step < 0 ? other : other.nextElementSibling);
    changed();
    item.scrollIntoView({ block: "nearest" });
  }

  function below(event, target) {
    var box = target.getBoundingClientRect();
    return event.clientY > box.top + box.height / 2;
  }

  list.addEventListener("click", function (event) {
    var button = event.target instanceof Element ? event.target.closest("[data-step]") : null;
    if (button) {
      event.preventDefault();
      var item = row(event);
      move(item, Number(button.dataset.step));
      /* at either end the button is switched off and would drop the focus */
      (button.disabled ? item : button).focus();
    }
  });

  list.addEventListener("keydown", function (event) {
    var item = row(event);
    if (item && event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      var focused = document.activeElement;
      move(item, event.key === "ArrowUp" ? -1 : 1);
      (item.contains(focused) && !focused.disabled ? focused : item).focus();
    }
  });

  list.addEventListener("dragstart", function (event) {
    dragged = row(event);
    if (dragged) {
      dragged.classList.add("is-dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", dragged.dataset.item);
    }
  });

  list.addEventListener("dragover", function (event) {
    var target = row(event);
    if (!dragged || !target || target === dragged) {
      return;
    }
    event.preventDefault();
    clear();
    target.classList.add("is-target");
    target.classList.toggle("is-below", below(event, target));
  });

  list.addEventListener("drop", function (event) {
    var target = row(event);
    if (!dragged || !target || target === dragged) {
      return;
    }
    event.preventDefault();
    list.insertBefore(dragged, below(event, target) ? target.nextElementSibling : target);
    changed();
  });

  list.addEventListener("dragend", function () {
    clear();
    if (dragged) {
      dragged.classList.remove("is-dragged");
    }
    dragged = null;
  });

  rows().forEach(function (item) { item.tabIndex = 0; });
  form.addEventListener("submit", function () { form.dataset.sent = "1"; });
  window.addEventListener("beforeunload", function (event) {
    if (!form.hidden && !form.dataset.sent) {
      event.preventDefault();
    }
  });
})();
