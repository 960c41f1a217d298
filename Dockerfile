# Latchkey as an image: built with everything, run with what the server needs and nothing else.
ARG NODE=24

FROM node:${NODE}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY web/package.json web/
RUN npm ci
COPY LICENSE tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY prisma prisma
COPY src src
COPY web web
RUN node scripts/build.js
# Without the tools of the build in the manifest nothing asks for Prisma's command line any more, which --omit=dev would keep. What the
# pages were made of is not needed either: they are files by now.
RUN npm pkg delete devDependencies peerDependencies peerDependenciesMeta workspaces \
 && rm -rf web node_modules/latchkey-console \
 && npm prune \
 && rm -rf node_modules/class-validator node_modules/libphonenumber-js \
 && find node_modules/@prisma/client/runtime -name 'query_compiler_*' \
      ! -name 'query_compiler_small_bg.sqlite.*' ! -name 'query_compiler_small_bg.postgresql.*' -delete \
 && find node_modules dist -name '*.map' -delete

FROM node:${NODE}-bookworm-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/prisma prisma
COPY --from=build /app/dist dist
RUN ln -s /app/dist/command/latchkey.js /usr/local/bin/latchkey \
 && chmod +x dist/command/latchkey.js \
 && install -d -o node -g node -m 0700 /data
ENV HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process, so that a signal reaches it.
CMD ["node", "dist/command/latchkey.js", "start"]
