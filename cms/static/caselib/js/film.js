/* What cannot be seen is said, not left black.
   Chapters jump inside the film; a second named in the address (#t=90) is where it begins, and the film is in sight. */
(function () {
  "use strict";
  var film = document.getElementById("film");
  if (!film) {
    return;
  }
  var notice = document.getElementById("film-unseen");
  function tellUnseen() {
    if (notice && (film.error || (film.readyState > 0 && film.videoWidth === 0))) {
      notice.hidden = false;
    }
  }
  film.addEventListener("loadedmetadata", tellUnseen);
  film.addEventListener("error", tellUnseen);
  tellUnseen();
  function jump(seconds) {
    film.currentTime = seconds;
    var playing = film.play();
    if (playing) {
      playing.catch(function () { /* the reader's settings forbid playing; the position is set */ });
    }
  }
  document.addEventListener("click", function (event) {
    var link = event.target instanceof Element ? event.target.closest("[data-seek]") : null;
    if (link) {
      event.preventDefault();
      film.scrollIntoView({ block: "nearest" });
      film.focus();
      jump(Number(link.dataset.seek));
    }
  });
  var wanted = /^#t=(\d+)$/.exec(window.location.hash);
  if (wanted) {
    film.currentTime = Number(wanted[1]);
    film.scrollIntoView({ block: "nearest" });
    film.focus({ preventScroll: true });
  }
})();
