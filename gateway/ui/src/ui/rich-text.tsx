import { memo } from "react";
import { ExternalLink } from "./external-link.tsx";
import { parseMarkdown, type Block, type Inline } from "./markdown.ts";
import { DiffLines } from "./diff-lines.tsx";
import css from "./ui.module.css";

interface RichTextProps {
  readonly text: string;
  /** Whether a line's end is no more than a space, as in a file. */
  readonly isFlowing?: boolean;
}

/** A text with Markdown's plainest marks, made of elements: whatever else it holds is shown as written. */
export const RichText = memo(function RichText({ text, isFlowing = false }: RichTextProps) {
  return (
    <div className={css.rich} data-flowing={isFlowing ? "" : undefined}>
      {parseMarkdown(text).map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
});

function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case "code":
      return block.language === "diff" ? (
        <DiffLines text={block.text} />
      ) : (
        <pre className={css.code} tabIndex={0}>
          {block.text}
        </pre>
      );
    case "heading":
      return (
        <p className={css.richHeading}>
          <Pieces content={block.content} />
        </p>
      );
    case "paragraph":
      return (
        <p>
          <Pieces content={block.content} />
        </p>
      );
    case "list": {
      const items = block.items.map((content, index) => (
        <li key={index}>
          <Pieces content={content} />
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

function Pieces({ content }: { readonly content: readonly Inline[] }) {
  return content.map((piece, index) => <Piece key={index} piece={piece} />);
}

function Piece({ piece }: { readonly piece: Inline }) {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "strong":
      return <strong>{piece.text}</strong>;
    case "em":
      return <em>{piece.text}</em>;
    case "code":
      return <code>{piece.text}</code>;
    case "link":
      return <ExternalLink href={piece.href}>{piece.text}</ExternalLink>;
  }
}
