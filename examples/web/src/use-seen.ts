import { type RefObject, useEffect, useState } from "react";

/** Long enough to tell looking at something from scrolling past it. */
const SETTLE_MS = 120;

/** Whether an element has come to rest on the screen, or close to it; once it has, it stays so. */
export function useSeen(element: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || !element.current) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        clearTimeout(timer);
        if (entries.at(-1)?.isIntersecting) timer = setTimeout(() => setSeen(true), SETTLE_MS);
      },
      { rootMargin: "160px 0px" },
    );
    observer.observe(element.current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [element, seen]);
  return seen;
}

/** Calls `approach` whenever an element is near the screen, and again after each render while it stays there. */
export function useNear(element: RefObject<Element | null>, approach: () => void): void {
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver((entries) => entries.at(-1)?.isIntersecting && approach(), {
      rootMargin: "900px 0px",
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  });
}
