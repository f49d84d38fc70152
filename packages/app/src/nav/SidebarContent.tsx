// SPDX-License-Identifier: Apache-2.0
import {
  Link,
  Sidebar,
  SidebarDivider,
  SidebarGroup,
  SidebarItem,
  SidebarScrollWrapper,
  SidebarSpace,
  sidebarConfig,
  useSidebarOpenState,
} from '@backstage/core-components';
import { NavContentBlueprint } from '@backstage/plugin-app-react';
import { RiMenuLine, RiSettings3Line } from '@remixicon/react';
import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import { Logo } from './Logo';
import styles from './SidebarContent.module.css';

const SidebarLogo = () => {
  const { isOpen } = useSidebarOpenState();
  const title = useApi(configApiRef).getOptionalString('app.title') ?? 'Portal';
  return (
    <Link
      to="/"
      underline="none"
      aria-label={`${title}, home`}
      style={{
        display: 'flex',
        alignItems: 'center',
        gap: 14,
        height: 2 * sidebarConfig.logoHeight,
        paddingLeft: (sidebarConfig.drawerWidthClosed - 28) / 2,
        color: '#ffffff',
        fontWeight: 600,
        whiteSpace: 'nowrap',
      }}
    >
      <Logo />
      {isOpen && <span style={{ fontSize: 14 }}>{title}</span>}
    </Link>
  );
};

export const SidebarContent = NavContentBlueprint.make({
  params: {
    component: ({ navItems }) => {
      const nav = navItems.withComponent(item => (
        <SidebarItem
          className={styles.item}
          icon={() => item.icon}
          to={item.href}
          text={item.title}
        />
      ));
      const settings = nav.take('page:user-settings');
      return (
        <Sidebar>
          <SidebarLogo />
          <SidebarDivider />
          <SidebarGroup label="Menu" icon={<RiMenuLine />}>
            {nav.take('page:catalog')}
            <SidebarScrollWrapper>
              {nav.rest({ sortBy: 'title' })}
            </SidebarScrollWrapper>
          </SidebarGroup>
          <SidebarSpace />
          <SidebarDivider />
          <SidebarGroup
            label="Settings"
            icon={<RiSettings3Line />}
            to="/settings"
          >
            {settings}
          </SidebarGroup>
        </Sidebar>
      );
    },
  },
});
