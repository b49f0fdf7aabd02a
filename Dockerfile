# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv --without-pip /opt/gateway && python -m venv /opt/build
COPY requirements requirements
RUN python -m pip --python /opt/gateway/bin/python install --no-cache-dir --require-hashes -r requirements/otel.txt \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY gateway gateway
RUN /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /dist . \
 && python -m pip --python /opt/gateway/bin/python install --no-cache-dir --no-deps /dist/*.whl

FROM python:3.13-slim
COPY --from=build /opt/gateway /opt/gateway
# A number, so that Kubernetes' runAsNonRoot can check it without the image's user table.
USER 10001:10001
ENV PATH=/opt/gateway/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    GATEWAY_HOST=0.0.0.0 \
    GATEWAY_PORT=8000
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"GATEWAY_PORT\"]}/livez', timeout=2)"]
ENTRYPOINT ["vod-gateway"]
CMD ["serve"]
