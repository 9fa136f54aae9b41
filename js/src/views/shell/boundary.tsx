import { Component, type ComponentChildren } from "preact";
import type { App } from "../../app";
import { FaultNotice } from "../../ui";

interface Props {
  app: App;
  children: ComponentChildren;
}

/** Keeps a fault in one room from taking the others with it. */
export class Boundary extends Component<Props, { error: unknown }> {
  override state = { error: null as unknown };

  static override getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidCatch(error: unknown) {
    console.error(error);
  }

  override render({ app, children }: Props) {
    const { error } = this.state;
    if (error === null) return children;
    const message = app.t("panel.room_fault", {
      error: error instanceof Error ? error.message : String(error),
    });
    return (
      <FaultNotice
        fault={{ message }}
        action={{ label: app.t("panel.room_again"), onClick: () => this.setState({ error: null }) }}
      />
    );
  }
}
