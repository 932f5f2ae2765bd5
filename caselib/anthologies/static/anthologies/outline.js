/* Rows of the outline can be dragged; the order is sent when the editor saves it. Up and down work without this. */
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

  function clear() {
    list.querySelectorAll(".is-target").forEach(function (item) { item.classList.remove("is-target"); });
  }

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
  });

  list.addEventListener("drop", function (event) {
    var target = row(event);
    if (!dragged || !target || target === dragged) {
      return;
    }
    event.preventDefault();
    list.insertBefore(dragged, target);
    form.elements.ids.value = Array.from(list.querySelectorAll("[data-item]")).map(function (item) {
      return item.dataset.item;
    }).join(",");
    form.hidden = false;
  });

  list.addEventListener("dragend", function () {
    clear();
    if (dragged) {
      dragged.classList.remove("is-dragged");
    }
    dragged = null;
  });
})();
