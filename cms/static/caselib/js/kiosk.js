/* Hall display: the one idle timer, the on-screen keyboard, and no way out. */
(function () {
  "use strict";
  var body = document.body;
  var home = body.dataset.home;
  var limit = Number(body.dataset.idleSeconds) * 1000;
  var warning = Math.min(15000, limit / 3);
  var idle = document.getElementById("idle");
  var last = Date.now();

  function touched() {
    last = Date.now();
    idle.hidden = true;
  }
  ["pointerdown", "keydown", "wheel", "touchmove", "scroll"].forEach(function (name) {
    window.addEventListener(name, touched, { passive: true });
  });

  window.setInterval(function () {
    var film = document.getElementById("film");
    if (film && !film.paused && !film.ended) {
      touched();
      return;
    }
    var quiet = Date.now() - last;
    if (quiet >= limit) {
      if (window.location.pathname + window.location.search === home) {
        window.location.reload();
      } else {
        window.location.replace(home);
      }
      last = Date.now();
    } else {
      idle.hidden = quiet < limit - warning;
    }
  }, 500);

  /* only addresses of the hall display may be followed; the context menu and dragging are off */
  document.addEventListener("click", function (event) {
    var link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (link && (link.origin !== window.location.origin || link.pathname.indexOf(home) !== 0)) {
      event.preventDefault();
    }
  }, true);
  document.addEventListener("contextmenu", function (event) { event.preventDefault(); });
  document.addEventListener("dragstart", function (event) { event.preventDefault(); });

  var keys = document.getElementById("keys");
  if (!keys) {
    return;
  }
  var typed = "";
  var asked = 0;
  var shown = document.getElementById("typed");
  var found = document.getElementById("found");

  function key(label, act, wide) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "kiosk__key" + (wide ? " kiosk__key--wide" : "");
    button.textContent = label;
    button.addEventListener("click", act);
    keys.append(button);
  }

  function show() {
    shown.textContent = typed;
    found.replaceChildren();
    asked += 1;
    if (!typed) {
      return;
    }
    var mine = asked;
    window.fetch(found.dataset.url + "?q=" + encodeURIComponent(typed)).then(function (response) {
      return response.json();
    }).then(function (answer) {
      if (mine !== asked) {
        return;
      }
      answer.items.forEach(function (item) {
        var line = document.createElement("li");
        var link = document.createElement("a");
        link.href = home + item.pk + "/";
        link.textContent = item.title;
        line.append(link);
        found.append(line);
      });
      if (!answer.items.length) {
        var none = document.createElement("li");
        none.textContent = found.dataset.none;
        found.append(none);
      }
    });
  }

  "abcdefghijklmnopqrstuvwxyz0123456789".split("").forEach(function (letter) {
    key(letter.toUpperCase(), function () { typed = (typed + letter).slice(0, 30); show(); });
  });
  key(keys.dataset.delete, function () { typed = typed.slice(0, -1); show(); }, true);
  key(keys.dataset.clear, function () { typed = ""; show(); }, true);
  document.addEventListener("keydown", function (event) {
    if (/^[a-z0-9]$/i.test(event.key)) {
      typed = (typed + event.key.toLowerCase()).slice(0, 30);
      show();
    } else if (event.key === "Backspace") {
      typed = typed.slice(0, -1);
      show();
    }
  });
})();
