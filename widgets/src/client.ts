/** Talks to the app through the shop's own app proxy. Who the shopper is, the shop tells the app; never this page. */

const PATIENCE_MS = 8_000;

export class Client {
  private readonly base: string;

  constructor(
    proxyPath: string | undefined,
    private readonly locale: string,
  ) {
    this.base = `/${(proxyPath ?? "").replace(/^\/+|\/+$/g, "")}`;
  }

  /** The data of a stored operation, named by the hash of its text. Rejects when there is none. */
  async query<Data>(documentId: string, variables: object): Promise<Data> {
    const answer = await this.ask<{ data?: Data | null }>(`/graphql?locale=${encodeURIComponent(this.locale)}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ documentId, variables }),
    });
    if (!answer.data) throw new Error("no data");
    return answer.data;
  }

  /** The version of the shopper's points: it differs from the last one when anything changed. */
  async version(since: string): Promise<string> {
    const { version } = await this.ask<{ version: unknown }>(`/changes?since=${encodeURIComponent(since)}`, {});
    return String(version);
  }

  private async ask<Answer>(path: string, init: RequestInit): Promise<Answer> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(this.base + path, { ...init, signal, cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    return (await response.json()) as Answer;
  }
}
