import { Component, type ReactNode } from "react";
import i18next from "i18next";

/** Shows that the page itself failed, instead of nothing at all. */
export class Failure extends Component<
  { readonly children: ReactNode },
  { readonly message: string | undefined }
> {
  override state = { message: undefined };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === undefined) return this.props.children;
    return (
      <main role="alert" style={{ maxWidth: 560, margin: "15vh auto", padding: 20 }}>
        <h1>{i18next.t("errors.page_failed")}</h1>
        <p>{this.state.message}</p>
        <p>
          <button type="button" onClick={() => location.reload()}>
            {i18next.t("errors.reload")}
          </button>
        </p>
      </main>
    );
  }
}
