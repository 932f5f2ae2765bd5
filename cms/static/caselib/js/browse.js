/* Facets, sorting and paging without a full reload: the same address, its results and filters swapped in. */
(function () {
  "use strict";

  function sameBrowse(link) {
    return link.origin === window.location.origin && link.pathname === window.location.pathname && link.search !== "";
  }

  document.addEventListener("click", function (event) {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
      return;
    }
    var link = event.target instanceof Element ? event.target.closest("#filters a, #results .chips a, #results .tabs a, #results .pagination a") : null;
    if (!link || !window.htmx || !sameBrowse(link)) {
      return;
    }
    event.preventDefault();
    load(link.href, link, 0);
  });

  var latest = null;

  /* origin: the link that was followed, or null when the reader went back or forward */
  function load(address, origin, top) {
    var results = document.getElementById("results");
    var place = origin && placeOf(origin);
    results.setAttribute("aria-busy", "true");
    if (latest) {
      latest.abort();
    }
    var mine = latest = new AbortController();
    window.fetch(address, { credentials: "same-origin", signal: mine.signal }).then(function (response) {
      if (!response.ok || new URL(response.url).pathname !== window.location.pathname) {
        throw new Error("not this page");
      }
      return response.text();
    }).then(function (text) {
      if (mine !== latest) {
        return;
      }
      var page = new DOMParser().parseFromString(text, "text/html");
      ["results", "filters"].forEach(function (id) {
        var now = document.getElementById(id);
        var next = page.getElementById(id);
        if (now && next) {
          keepOpen(now, next);
          window.htmx.swap(now, next.outerHTML, { swapStyle: "outerHTML" });
        }
      });
      document.title = page.title;
      if (origin) {
        window.history.replaceState({ browse: true, top: window.scrollY }, "");
        window.history.pushState({ browse: true, top: 0 }, "", address);
      }
      say();
      settle(place, origin, top);
    }).catch(function () {
      if (mine === latest) {
        window.location.assign(address);
      }
    });
  }

  /* the region for it stands outside of what is swapped, or nobody would hear it */
  function say() {
    var number = document.getElementById("results-number");
    document.getElementById("results-said").textContent = number ? number.textContent : "";
  }

  /* which value of which facet a link is, so that the focus can stay on it */
  function placeOf(link) {
    var facet = link.closest("details.facet");
    return facet && { facet: facet.querySelector("summary").textContent, label: link.firstChild.textContent };
  }

  function settle(place, origin, top) {
    if (!origin) {
      window.scrollTo(0, top);
      return;
    }
    if (!place) {
      document.getElementById("main").focus({ preventScroll: true });
      window.scrollTo(0, 0);
      return;
    }
    var filters = document.getElementById("filters");
    var same = Array.prototype.find.call(filters.querySelectorAll("details.facet a"), function (link) {
      var found = placeOf(link);
      return found.facet === place.facet && found.label === place.label;
    });
    if (same) {
      for (var parent = same.closest("details"); parent; parent = parent.parentElement.closest("details")) {
        parent.open = true;
      }
    } else {
      filters.setAttribute("tabindex", "-1");
    }
    (same || filters).focus({ preventScroll: true });
  }

  /* facets that the reader opened or closed stay so */
  function keepOpen(now, next) {
    var drawer = now.querySelector(".drawer.is-open");
    if (drawer) {
      next.querySelector(".drawer").classList.add("is-open");
    }
    var before = now.querySelectorAll("details.facet");
    next.querySelectorAll("details.facet").forEach(function (facet, number) {
      if (before[number] && before[number].querySelector("summary").textContent === facet.querySelector("summary").textContent) {
        facet.open = before[number].open;
      }
    });
  }

  window.addEventListener("popstate", function (event) {
    load(window.location.href, null, (event.state && event.state.top) || 0);
  });
})();
