# Laurel for a real deployment: one image for the app, the worker and the migrations. See compose.yaml.
# Untested as a container: no engine runs on the build machines. Its commands were run one by one, without one.

FROM node:22-slim AS widgets
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY widgets ./widgets
COPY graphql/operations ./graphql/operations
RUN npm run build

FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PATH=/app/.venv/bin:$PATH
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin laurel
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv && pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE app.toml ./
COPY engine ./engine
COPY plugin ./plugin
COPY graphql ./graphql
COPY --from=widgets /src/widgets/extension ./widgets/extension
RUN pip install --no-deps --editable .
USER laurel
ENV LAUREL_HOST=0.0.0.0 LAUREL_PORT=8000 LAUREL_HOME=/tmp/laurel
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["laurel", "serve"]
