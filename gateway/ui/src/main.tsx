import "@mantine/core/styles.css";
import { MantineProvider, Button } from "@mantine/core";
import { createRoot } from "react-dom/client";
createRoot(document.getElementById("root") as HTMLElement).render(<MantineProvider><Button>hi</Button></MantineProvider>);
