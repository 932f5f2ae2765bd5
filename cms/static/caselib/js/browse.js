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
    load(link.href, true, link.closest("#filters") ? "filters" : "results");
  });

  function load(address, push, origin) {
    var results = document.getElementById("results");
    results.setAttribute("aria-busy", "true");
    window.fetch(address, { credentials: "same-origin" }).then(function (response) {
      if (!response.ok || new URL(response.url).pathname !== window.location.pathname) {
        throw new Error("not this page");
      }
      return response.text();
    }).then(function (text) {
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
      if (push) {
        window.history.pushState({ browse: true }, "", address);
      }
      var target = document.getElementById(origin === "filters" ? "filters" : "results");
      if (origin === "results") {
        document.getElementById("main").focus({ preventScroll: true });
        window.scrollTo(0, 0);
      } else if (target) {
        target.setAttribute("tabindex", "-1");
        target.focus({ preventScroll: true });
      }
    }).catch(function () {
      window.location.assign(address);
    });
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

  window.addEventListener("popstate", function () {
    load(window.location.href, false, "results");
  });
})();
