# One Dockerfile for every service: --build-arg SERVICE=ingress|processor|console|sandbox|subscriber, from the repository's root.
# All are built in one stage, so that five images cost one build.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /work
# Where a proxy inspects TLS between here and the NuGet feed, its certificates lie there (*.crt, not in the repository).
COPY infra/docker/certificates/ /usr/local/share/ca-certificates/
RUN update-ca-certificates
COPY .editorconfig global.json Directory.Build.props Directory.Packages.props ./
COPY src/ src/
COPY samples/DotnetSubscriber/ samples/DotnetSubscriber/
RUN set -e; \
    for project in \
      ingress=src/Ingress/KkiaEvents.Ingress.csproj \
      processor=src/Processor/KkiaEvents.Processor.csproj \
      console=src/Console/KkiaEvents.Console.csproj \
      sandbox=src/Sandbox/KkiaEvents.Sandbox.csproj \
      subscriber=samples/DotnetSubscriber/DotnetSubscriber.csproj; do \
      dotnet restore "${project#*=}" --locked-mode; \
      dotnet publish "${project#*=}" -c Release --no-restore -nodeReuse:false -p:UseAppHost=false -o "/out/${project%%=*}"; \
    done

FROM mcr.microsoft.com/dotnet/aspnet:10.0
ARG SERVICE
WORKDIR /app
COPY --from=build /out/${SERVICE}/ ./
# A named volume takes its owner from the folder that it covers.
RUN mkdir -p /var/lib/kkiaevents/spool && chown 1654:1654 /var/lib/kkiaevents/spool
# The image's own user without rights (app), by number: Kubernetes' runAsNonRoot wants one.
USER 1654
EXPOSE 8080
ENV ASPNETCORE_HTTP_PORTS=8080 \
    DOTNET_EnableDiagnostics=0
ENTRYPOINT ["dotnet"]
