# The command line and the worker in one image. Kafka and PostgreSQL are yours, or those of
# docker-compose.yml; the embedded ones come with the dependencies and lie idle here.
FROM python:3.11-slim AS wheel
WORKDIR /source
COPY . .
# The build tools are those of requirements/dev.txt; pip cannot hold a folder against a hash.
RUN sed -n 's/^\([A-Za-z0-9._-]*==[^ ;]*\).*/\1/p' requirements/dev.txt > /tmp/versions.txt \
 && PIP_CONSTRAINT=/tmp/versions.txt pip wheel --no-deps --wheel-dir /wheels .

FROM python:3.11-slim
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1
COPY requirements/runtime.txt /tmp/runtime.txt
RUN pip install --require-hashes --no-deps -r /tmp/runtime.txt && rm /tmp/runtime.txt
COPY --from=wheel /wheels /tmp/wheels
RUN pip install --no-deps /tmp/wheels/*.whl && rm -r /tmp/wheels \
 && useradd --uid 10001 --create-home procesmijn
USER 10001:10001
WORKDIR /home/procesmijn
ENTRYPOINT ["procesmijn"]
CMD ["--help"]
