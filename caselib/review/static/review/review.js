/* The reviewer's page: keys, marks that find their findings, an opinion that survives a lost connection. */
(function () {
  "use strict";

  function byId(id) { return document.getElementById(id); }

  var marks = Array.prototype.slice.call(document.querySelectorAll("mark[data-for]"));
  var at = -1;

  function show(element) {
    document.querySelectorAll(".is-now").forEach(function (other) { other.classList.remove("is-now"); });
    if (!element) { return; }
    element.classList.add("is-now");
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  }

  function go(step) {
    if (!marks.length) { return; }
    at = (at + step + marks.length) % marks.length;
    show(marks[at]);
    var partner = byId(marks[at].dataset.for.split(" ")[0]);
    if (partner) { partner.classList.add("is-now"); partner.scrollIntoView({ block: "nearest" }); }
  }

  /* The selected words as paragraph and characters, counted over the paragraph's own text. */
  function selected() {
    var selection = window.getSelection();
    if (!selection || selection.isCollapsed) { return null; }
    var range = selection.getRangeAt(0);
    var node = range.startContainer;
    var element = node.nodeType === 1 ? node : node.parentElement;
    var line = element && element.closest("[data-passage]");
    if (!line || !line.contains(range.endContainer)) { return null; }
    var text = line.querySelector("p");
    var before = document.createRange();
    before.selectNodeContents(text);
    before.setEnd(range.startContainer, range.startOffset);
    var start = Array.from(before.toString()).length;
    var words = selection.toString();
    return { passage: line.dataset.passage, start: start, end: start + Array.from(words).length, words: words };
  }

  function comment(kept) {
    var form = byId("comment-form");
    if (!form) { return; }
    var found = kept || selected();
    if (found) {
      byId("c-passage").value = Number(found.passage) + 1;
      byId("c-start").value = found.start;
      byId("c-end").value = found.end;
      byId("c-quote").textContent = "“" + found.words.slice(0, 80) + "”";
    }
    form.scrollIntoView({ block: "center" });
    byId("c-text").focus({ preventScroll: true });
  }

  /* Without a keyboard: a button beside the selected words; touching it would end the selection, so that is kept. */
  var offer = byId("comment-offer");
  if (offer) {
    var held = null;
    document.addEventListener("selectionchange", function () {
      var found = selected();
      if (found) { held = found; }
      offer.hidden = !found;
    });
    offer.addEventListener("pointerdown", function (event) { event.preventDefault(); });
    offer.addEventListener("click", function () { comment(held); offer.hidden = true; });
  }

  document.addEventListener("click", function (event) {
    var target = event.target instanceof Element ? event.target : null;
    if (!target) { return; }
    var link = target.closest("[data-mark]");
    if (link) {
      var place = byId("at-" + link.dataset.mark);
      if (place) { event.preventDefault(); show(place.closest("mark")); }
    }
    var mark = target.closest("mark[data-for]");
    if (mark) {
      at = marks.indexOf(mark);
      show(mark);
      var partner = byId(mark.dataset.for.split(" ")[0]);
      if (partner) { partner.classList.add("is-now"); partner.scrollIntoView({ block: "nearest" }); }
    }
  });

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.target instanceof Element && event.target.closest("input, textarea, select")) { return; }
    if (event.key === "j") { go(1); }
    if (event.key === "k") { go(-1); }
    if (event.key === "c") { event.preventDefault(); comment(); }
    if (event.key === "o" && byId("id_opinion")) { event.preventDefault(); byId("id_opinion").focus(); }
    var table = document.querySelector("table[data-rows]");
    if (table && (event.key === "j" || event.key === "k")) {
      var links = Array.prototype.slice.call(table.querySelectorAll("tbody a"));
      var now = links.indexOf(document.activeElement);
      var next = links[Math.max(0, Math.min(links.length - 1, now + (event.key === "j" ? 1 : -1)))];
      if (next) { next.focus(); }
    }
  });

  function count(help) {
    var area = byId(help.dataset.count);
    var minimum = Number(help.dataset.minimum);
    function write() {
      var length = Array.from(area.value.replace(/\s/g, "")).length;
      help.textContent = length + " / " + minimum;
    }
    area.addEventListener("input", write);
    write();
  }
  document.querySelectorAll("[data-count]").forEach(count);

  /* What was typed is kept in this browser until it is sent. */
  var form = byId("verdict-form");
  if (form) {
    var key = "caselib-" + form.dataset.draft;
    var opinion = byId("id_opinion");
    try {
      if (!opinion.value && window.sessionStorage.getItem(key)) {
        opinion.value = window.sessionStorage.getItem(key);
        opinion.dispatchEvent(new Event("input"));
      }
      opinion.addEventListener("input", function () { window.sessionStorage.setItem(key, opinion.value); });
    } catch (error) {
      /* without storage the text lives in the form only */
    }
  }
})();
