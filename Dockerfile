# One image for web, worker and set-up. Build: docker compose build
FROM python:3.13-slim-trixie AS build
WORKDIR /app
COPY requirements/base.lock requirements/base.lock
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r requirements/base.lock \
    && /venv/bin/pip check
COPY . .
# Static files and catalogues do not depend on the installation: made here, with throw-away values.
RUN DJANGO_SETTINGS_MODULE=cms.settings.production \
    CASELIB_SECRET_KEY="$(/venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    CASELIB_HOSTS=build.invalid CASELIB_ORIGIN=https://build.invalid CASELIB_VAR=/tmp/var \
    CASELIB_DATABASE_URL=postgresql://build:$(/venv/bin/python -c 'import secrets; print(secrets.token_hex(8))')@build.invalid/build \
    CASELIB_SEARCH_ENGINE=embedded CASELIB_STATIC_ROOT=/app/static-root \
    sh -c '/venv/bin/python manage.py catalogues --compile && /venv/bin/python manage.py collectstatic --noinput'

FROM python:3.13-slim-trixie
# LibreOffice reads .doc and .wps, counts the pages of collections and makes PDF; ffmpeg reads films; the client, which must be
# no older than the server, makes backups. The site starts without them, and says what it cannot do.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ffmpeg fonts-noto-cjk fonts-noto-core libreoffice-writer-nogui postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home /srv/caselib --create-home caselib \
    && mkdir -p /srv/caselib/media /srv/static /backups \
    && chown -R caselib: /srv/caselib /srv/static /backups \
    && chmod 755 /srv/caselib /srv/caselib/media
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2 \
    DJANGO_SETTINGS_MODULE=cms.settings.production CASELIB_VAR=/srv/caselib CASELIB_STATIC_ROOT=/app/static-root
USER caselib
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "4", "--blocking-threads", "1", "--no-ws", "cms.wsgi:application"]
