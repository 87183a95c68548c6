import { Anchor, Button, Menu, NavLink, type AnchorProps } from '@mantine/core';
import { createLink, type RegisteredRouter } from '@tanstack/react-router';
import type { ComponentProps } from 'react';

// A page, what names its thing and its search are checked by the routes; `component={Link}` would let anything pass.

/** `/devices/$device`: where a page is. */
export type PagePath = keyof RegisteredRouter['routesByPath'];

/** Words that lead to a page. */
export const PageLink = createLink((props: AnchorProps & ComponentProps<'a'>) => <Anchor {...props} />);

/** A button that leads to a page. */
export const PageButton = createLink((props: ComponentProps<typeof Button<'a'>>) => (
  <Button component="a" {...props} />
));

/** A page in the frame's list of pages. */
export const PageNavLink = createLink((props: ComponentProps<typeof NavLink<'a'>>) => (
  <NavLink component="a" {...props} />
));

/** A page in a menu. */
export const PageMenuItem = createLink((props: ComponentProps<typeof Menu.Item<'a'>>) => (
  <Menu.Item component="a" {...props} />
));
