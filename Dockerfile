# One image for web, worker and beat. Nothing secret is inside: keys and addresses come from the environment.

FROM node:24-bookworm-slim AS frontend
WORKDIR /build/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY frontend ./
# The styles are cut down to the classes that templates and views name.
COPY templates /build/templates
COPY blueprints /build/blueprints
RUN node build.mjs

FROM python:3.13-slim-bookworm AS packages
COPY requirements/server.lock /tmp/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: --no-deps -r /tmp/server.lock

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin backoffice \
    && install -d -o backoffice -m 0700 /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY backoffice backoffice
COPY blueprints blueprints
COPY commands commands
COPY tasks tasks
COPY migrations migrations
COPY templates templates
COPY translations translations
COPY tools/translations.py tools/translations.py
COPY --from=frontend /build/frontend/dist frontend/dist
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data HOST=0.0.0.0 PORT=8000
RUN python tools/translations.py --compile \
    && python -m compileall -q backoffice blueprints commands tasks \
    && printf '#!/bin/sh\nexec python -m commands "$@"\n' > /usr/local/bin/backoffice \
    && chmod 0755 /usr/local/bin/backoffice
USER backoffice
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-m", "commands.probe", "database", "migrations"]
CMD ["backoffice", "up", "--only", "web"]
